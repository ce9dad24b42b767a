import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;
let workers: number[];

interface Status {
  readonly workers: { pid: number; state: string; requests: number }[];
}

beforeAll(async () => {
  app = await serve(fixtureApp('work.R'), { workers: 2, flags: ['--queue-limit', '1000'] });
  workers = (await app.admin<Status>('/status')).workers.map(({ pid }) => pid);
});

afterAll(() => app?.stop());

/** Requests that R has answered so far. */
async function seenByR(): Promise<number> {
  const status = await app.admin<Status>('/status');
  return status.workers.reduce((sum, { requests }) => sum + requests, 0);
}

const openFiles = (): number => readdirSync(`/proc/${app.pid}/fd`).length;

async function expectHealthy(): Promise<void> {
  const response = await fetch(`${app.url}/echo?msg=well`);
  expect(await response.json()).toMatchObject({ msg: 'well' });
  const status = await app.admin<Status>('/status');
  expect(status.workers.map(({ pid }) => pid)).toEqual(workers);
}

const get = (target: string, ...headers: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n`;

const post = (...lines: string[]): string => ['POST /echo HTTP/1.1', 'Host: x', ...lines].join('\r\n');

describe('answers with 4xx, closes the connection and does not call R for', () => {
  test.each([
    ['bytes that are not HTTP', 400, 'rubbish\r\n\r\n'],
    ['a TLS handshake', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2 without negotiation', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a method alone', 400, 'GET\r\n\r\n'],
    ['an unknown method', 400, 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an unknown version', 400, 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a space in the URL', 400, get('/pi d')],
    ['a URL without a leading slash', 400, get('pid')],
    ['NUL in the URL', 400, get('/p\0id')],
    ['a control character in the URL', 400, get('/p\x01id')],
    ['a lone percent sign in the path', 400, get('/pid%')],
    ['an invalid escape in the path', 400, get('/%zz')],
    ['an invalid escape in the query', 400, get('/echo?msg=%g1')],
    ['an encoded NUL in the path', 400, get('/pid%00')],
    ['an encoded NUL in the query', 400, get('/echo?msg=a%00b')],
    ['a URL over the limit', 431, get(`/echo?msg=${'a'.repeat(70_000)}`)],
    ['a header without a colon', 400, get('/pid', 'Name')],
    ['a space in a header name', 400, get('/pid', 'Bad name: x')],
    ['a space before the colon', 400, get('/pid', 'Name : x')],
    ['a folded header', 400, get('/pid', 'Name: x', ' y')],
    ['NUL in a header', 400, get('/pid', 'Name: a\0b')],
    ['a carriage return in a header', 400, get('/pid', 'Name: a\rb')],
    ['line feeds without carriage returns', 400, get('/pid').replaceAll('\r', '')],
    ['no Host header', 400, 'GET /pid HTTP/1.1\r\n\r\n'],
    ['two Host headers', 400, get('/pid', 'Host: y')],
    ['one huge header', 431, get('/pid', `Name: ${'a'.repeat(70_000)}`)],
    ['thousands of headers', 431, get('/pid', ...Array.from({ length: 5000 }, (_, i) => `X${i}: 1`))],
    [
      'both Content-Length and chunks',
      400,
      post('Content-Length: 3', 'Transfer-Encoding: chunked', '', '0', '', ''),
    ],
    ['two values of Content-Length', 400, post('Content-Length: 3', 'Content-Length: 4', '', 'abcd')],
    ['a negative Content-Length', 400, post('Content-Length: -1', '', '')],
    ['a Content-Length in words', 400, post('Content-Length: three', '', 'abc')],
    ['a Content-Length that overflows', 400, post(`Content-Length: ${'9'.repeat(30)}`, '', '')],
    ['a chunk without a size', 400, post('Transfer-Encoding: chunked', '', 'zz', '')],
    [
      'both Content-Length and an empty Transfer-Encoding',
      400,
      post('Content-Length: 3', 'Transfer-Encoding:', '', 'abc'),
    ],
    [
      'an empty Transfer-Encoding before chunks',
      400,
      post('Transfer-Encoding:', 'Transfer-Encoding: chunked', '', '0', '', ''),
    ],
    ['a URL of another scheme', 400, get('gopher://x/pid')],
    ['a URL with a user', 400, get('http://user@x/pid')],
    ['a transfer encoding without an end', 400, post('Transfer-Encoding: gzip', '', '')],
  ])('%s', async (_, status, bytes) => {
    const before = await seenByR();
    const client = await RawClient.open(app.port);
    const answer = await client.send(bytes).closed;
    expect(statusesIn(answer)).toEqual([status]);
    expect(answer).toMatch(/^Connection: close\r$/m);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({
      code: status === 431 ? 'headers_too_large' : 'bad_request',
    });
    expect(await seenByR()).toBe(before);
  });
});

test('answers requests whose target is an http URL, and takes the host from it', async () => {
  for (const target of ['http://elsewhere:81/seen?x=1', 'HTTPS://elsewhere:81/seen?x=1']) {
    const client = await RawClient.open(app.port);
    const answer = await client.send(get(target, 'Connection: close')).closed;
    expect(statusesIn(answer)).toEqual([200]);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toEqual({
      path: '/seen',
      query: '?x=1',
      host: 'elsewhere:81',
    });
  }
});

test('closes the connection on CONNECT', async () => {
  const client = await RawClient.open(app.port);
  expect(await client.send('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n').closed).toBe('');
});

test('closes the connection of a client that keeps sending headers after its 431', async () => {
  const client = await RawClient.open(app.port);
  client.send('GET /pid HTTP/1.1\r\nHost: x\r\n');
  const flood = Buffer.from(`X: ${'a'.repeat(1000)}\r\n`.repeat(64));
  for (let i = 0; i < 100; i++) await client.sendMuch(flood);
  expect(statusesIn(await client.closed)).toEqual([431]);
  await expectHealthy();
});

test('answers pipelined requests in order', async () => {
  const client = await RawClient.open(app.port);
  const pipelined = ['0.2', '0.1', '0'].map((seconds) => get(`/sleep?seconds=${seconds}`)).join('');
  const answers = await client.send(pipelined + get('/echo?msg=last', 'Connection: close')).closed;
  expect(statusesIn(answers)).toEqual([200, 200, 200, 200]);
  expect(answers.split('\r\n\r\n').at(-1)).toContain('"msg":"last"');
});

test('answers valid requests even if invalid bytes follow them', async () => {
  const client = await RawClient.open(app.port);
  client.send(`${get('/sleep?seconds=0.2')}${get('/sleep?seconds=0.1')}rubbish\r\n\r\n`);
  expect(statusesIn(await client.closed)).toEqual([200, 200]);
  await expectHealthy();
});

test('a client that half-closes its connection does not affect others', async () => {
  const client = await RawClient.open(app.port);
  await client.send(get('/sleep?seconds=5')).end().closed;
  await expect.poll(() => app.admin('/scale')).toMatchObject({ ongoing: 0 });
  await expectHealthy();
});

test('never passes a truncated body to R, and drops bytes beyond the Content-Length', async () => {
  const before = await seenByR();
  const short = await RawClient.open(app.port);
  await short.send(post('Content-Length: 10', '', 'abc')).end().closed;
  expect(await seenByR()).toBe(before);

  const long = await RawClient.open(app.port);
  const json = '{"msg":"a"}';
  const head = ['Content-Type: application/json', `Content-Length: ${json.length}`, ''];
  const answer = await long.send(post(...head, `${json}and more\r\n\r\n`)).closed;
  expect(statusesIn(answer)).toEqual([200]);
  expect(answer).toContain('"msg":"a"');
  expect(await seenByR()).toBe(before + 1);
});

test('answers invalid JSON with printf directives, which would crash plumber, like other invalid JSON', async () => {
  const ask = async (body: string): Promise<number> => {
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch(`${app.url}/echo`, { method: 'POST', headers, body })).status;
  };
  const usual = await ask('{a');
  for (const body of ['{a%n', '{a%s%s%s%s', '["%n%n%n" %n]', '[1] %n']) expect(await ask(body)).toBe(usual);
  expect(await ask('{"msg":"%n"}')).toBe(200);
  await expectHealthy();
});

test('releases everything after 500 abandoned connections', async () => {
  await expectHealthy();
  const before = openFiles();
  const clients = await Promise.all(Array.from({ length: 500 }, () => RawClient.open(app.port)));
  const beginnings = ['', 'G', get('/pid').slice(0, -2), post('Content-Length: 9', '', 'abc'), get('/pid')];
  clients.forEach((client, i) => {
    client.send(beginnings[i % beginnings.length]!);
  });
  await expectHealthy();
  for (const client of clients) client.leave();
  await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(before);
  await expect.poll(() => app.admin('/scale')).toMatchObject({ ongoing: 0, queued: 0 });
  await expectHealthy();
});
