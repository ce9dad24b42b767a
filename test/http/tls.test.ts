import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attackByHttp2 } from '../security/hostile/http2.js';
import { replaceFile } from '../support/replace-file.js';
import { fixtureApp, runCli, type ServedApp, serve } from '../support/server.js';

const fixtures = resolve(import.meta.dirname, '../fixtures/tls');
const pem = (name: string) => readFileSync(join(fixtures, name));
const folder = mkdtempSync(join(tmpdir(), 'penstock-tls-'));
const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
const ca = pem('ca.crt');
const client = { cert: pem('client.crt'), key: pem('client.key') };
let app: ServedApp;

function install(name: string): void {
  replaceFile(cert, pem(`${name}.crt`));
  replaceFile(key, pem(`${name}.key`));
}

beforeAll(async () => {
  install('server');
  app = await serve(fixtureApp('guarded.R'), {
    workers: 1,
    flags: [
      ...['--shutdown-timeout', '5s'],
      ...['--tls-cert', cert, '--tls-key', key],
      ...['--tls-client-ca', join(fixtures, 'ca.crt'), '--tls-clients', 'optional'],
      ...['--http2', '--body-limit', '100kb', '--header-limit', '16kb'],
    ],
  });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

interface Who {
  readonly scheme: string;
  readonly address: string;
  readonly length: number;
  readonly headers: Record<string, string>;
}

function ask(path: string, options: Record<string, unknown> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: app.port, path, ca, agent: false, ...options },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      },
    );
    asked.on('error', reject).end(options.body);
  });
}

const who = async (options: Record<string, unknown> = {}): Promise<Who> =>
  JSON.parse((await ask('/who', options)).body);

function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: app.port, ca, ...options }, () => resolve(socket));
    socket.once('error', reject);
  });
}

describe('over TLS', () => {
  test('answers requests, and tells R that they arrived over TLS', async () => {
    expect(app.url).toMatch(/^https:/);
    expect(await ask('/echo?msg=hi')).toMatchObject({ status: 200, body: '{"msg":"hi"}' });
    expect(await who()).toMatchObject({ scheme: 'https', address: '127.0.0.1' });
    const answer = await ask('/echo', { method: 'POST', body: '{"msg":"body"}' });
    expect(answer.body).toBe('{"msg":"body"}');
  });

  test('rejects plain HTTP and old versions of TLS without affecting others', async () => {
    const plain = connectTcp(app.port, '127.0.0.1');
    let received = '';
    plain.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    plain.on('error', () => {});
    const closed = new Promise((resolve) => plain.once('close', resolve));
    plain.write('GET /echo HTTP/1.1\r\nHost: x\r\n\r\n');
    await closed;
    expect(received).not.toContain('200');
    await expect(handshake({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1' })).rejects.toThrow();
    expect((await ask('/echo')).status).toBe(200);
  });

  test('uses a new certificate as soon as it and its key are in place, and the old one until then', async () => {
    const serial = async () => (await handshake()).getPeerCertificate().serialNumber;
    const before = await serial();
    replaceFile(cert, pem('renewed.crt'));
    const kept = await app.logged('secrets-kept');
    expect(kept.msg).toContain('the key does not match the certificate');
    expect(await serial()).toBe(before);
    install('renewed');
    await app.logged('secrets-read');
    const after = await serial();
    expect(after).not.toBe(before);
    expect((await ask('/echo')).status).toBe(200);
    expect(app.output).not.toContain('PRIVATE KEY');
  });
});

describe('a client certificate', () => {
  const spoofed = {
    'X-Penstock-Certificate': 'CN=somebody',
    X_Penstock_Certificate: 'CN=somebody',
    'x-penstock-certificate-fingerprint': 'ff',
    'X-Penstock-Client': 'somebody',
  };

  test('is passed to R, unlike headers of the client that claim one', async () => {
    const { headers } = await who({ ...client, headers: spoofed });
    expect(headers['x-penstock-certificate']).toBe('CN=reporting,O=Grün\\, Söhne');
    expect(headers['x-penstock-certificate-fingerprint']).toMatch(/^[\da-f]{64}$/);
    expect(JSON.stringify(headers)).not.toContain('somebody');
  });

  test.each([
    ['missing', {}],
    ['signed by another authority', { cert: pem('stranger.crt'), key: pem('stranger.key') }],
  ])('is not passed to R if it is %s', async (_, options) => {
    const { headers } = await who({ ...options, headers: spoofed });
    expect(Object.keys(headers).filter((name) => /penstock/.test(name))).toEqual([]);
  });
});

describe('over HTTP/2', () => {
  let session: ClientHttp2Session;

  beforeEach(async () => {
    session = connectHttp2(app.url, { ca, ...client });
    session.on('error', () => {});
    await once(session, 'connect');
  });

  afterEach(() => session.destroy());

  function ask2(headers: Record<string, string | string[]>, body?: string | Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = session.request(headers, { endStream: body === undefined });
      let [text, answer] = ['', {} as Record<string, unknown>];
      stream.on('response', (got) => {
        answer = got;
      });
      stream.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      stream.on('end', () => resolve({ status: Number(answer[':status']), headers: answer, body: text }));
      stream.on('error', reject);
      if (body !== undefined) stream.end(body);
    });
  }

  test('answers requests as over HTTP/1.1', async () => {
    expect(session.alpnProtocol).toBe('h2');
    const got = await ask2({ ':path': '/who?x=1', cookie: ['a=1', 'b=2'], accept: ['x/y', 'y/z'] });
    expect(got.status).toBe(200);
    const { address, headers, scheme } = JSON.parse(got.body) as Who;
    expect({ address, scheme }).toEqual({ address: '127.0.0.1', scheme: 'https' });
    expect(headers).toMatchObject({ host: `127.0.0.1:${app.port}`, cookie: 'a=1; b=2' });
    expect(headers['x-penstock-certificate']).toContain('CN=reporting');
    expect(Object.keys(headers).filter((name) => name.startsWith(':'))).toEqual([]);
  });

  test('supports bodies, cookies, errors and responses without a body', async () => {
    const posted = await ask2({ ':method': 'POST', ':path': '/echo' }, '{"msg":"body"}');
    expect(posted.body).toBe('{"msg":"body"}');
    const large = await ask2({ ':method': 'POST', ':path': '/who' }, 'x'.repeat(90_000));
    expect(JSON.parse(large.body)).toMatchObject({ length: 90_000 });
    expect((await ask2({ ':path': '/cookies' })).headers['set-cookie']).toHaveLength(2);
    expect(await ask2({ ':method': 'HEAD', ':path': '/echo' })).toMatchObject({ status: 405, body: '' });
    expect((await ask2({ ':path': '/nothing' })).status).toBe(404);
    expect((await ask2({ ':method': 'POST', ':path': '/who' }, 'x'.repeat(200_000))).status).toBe(413);
  });

  test('answers with any status of the app that HTTP/2 has, and with 500 for others', async () => {
    const statuses = [200, 204, 205, 299, 304, 418, 599, 600, 999];
    const answers = await Promise.all(statuses.map((status) => ask2({ ':path': `/status?code=${status}` })));
    expect(answers.map(({ status }) => status)).toEqual([200, 204, 205, 299, 304, 418, 599, 500, 500]);
    const empty = statuses.filter((_, i) => answers[i]!.body === '');
    expect(empty).toEqual([204, 205, 304]);
    expect(JSON.parse(answers.at(-1)!.body)).toMatchObject({ code: 'response_invalid' });
  });

  test('sends streams, and lets the client see if one is cut', async () => {
    expect(await ask2({ ':path': '/stream' })).toMatchObject({ body: 'data: 1\n\ndata: 2\n\n' });
    await expect(ask2({ ':path': '/broken-stream' })).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  });

  test('answers many concurrent requests on one connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => ask2({ ':path': `/echo?msg=${i}` })),
    );
    expect(answers.map(({ body }) => JSON.parse(body).msg)).toEqual(answers.map((_, i) => String(i)));
  });

  test.each([
    ['a host that differs from the authority', { ':authority': 'here', host: 'elsewhere' }, 400],
    ['an invalid escape', { ':path': '/%zz' }, 400],
    ['an unknown method', { ':method': 'FOO' }, 400],
    ['headers over the limit', { a: 'a'.repeat(9_000), b: 'b'.repeat(9_000) }, 431],
  ])('rejects %s before it reaches R', async (_, headers, status) => {
    const before = Number((await ask('/seen')).body);
    expect((await ask2({ ':path': '/echo', ...headers })).status).toBe(status);
    expect(Number((await ask('/seen')).body)).toBe(before + 1);
  });

  test.each([
    ['a space in the URL', { ':path': '/a b' }],
    ['a header that only HTTP/1.1 has', { 'transfer-encoding': 'chunked' }],
    ['a wrong Content-Length', { ':method': 'POST', 'content-length': '5' }],
  ])('resets the request for %s before it reaches R', async (_, headers) => {
    const before = Number((await ask('/seen')).body);
    await expect(async () => ask2({ ':path': '/echo', ...headers }, 'abc')).rejects.toThrow();
    expect(Number((await ask('/seen')).body)).toBe(before + 1);
  });

  test('interrupts R when the client cancels its request', async () => {
    const stream = session.request({ ':path': '/sleep?seconds=20' });
    stream.on('error', () => {});
    await app.printed('sleeping');
    stream.close();
    await app.printed('woken');
    expect((await ask2({ ':path': '/echo' })).status).toBe(200);
  });
});

// With some versions of Node, such connections never close. This test is the last one with the server.
test('stops in time although clients have reset their HTTP/2 connections', async () => {
  await attackByHttp2(app.port, 'a reset after the handshake', 200);
  expect(await app.stop()).toEqual({ code: 0, signal: null });
});

describe('penstock does not start with', () => {
  const other = join(folder, 'other');
  const start = (...flags: string[]) =>
    runCli(['serve', fixtureApp('guarded.R'), '--rscript', '/nowhere/Rscript', ...flags]);

  test.each([
    [
      'a certificate without a key',
      () => ['--tls-cert', cert],
      '`tls-cert` (--tls-cert) also requires `tls-key`',
    ],
    [
      'the key of another certificate',
      () => ['--tls-cert', cert, '--tls-key', join(fixtures, 'client.key')],
      'the key does not match the certificate',
    ],
    ['an invalid key', () => ['--tls-cert', cert, '--tls-key', other], 'Invalid TLS certificate or key'],
  ])('%s', async (_, flags, message) => {
    writeFileSync(other, 'no key');
    const { code, stderr } = await start(...flags());
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
