import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPlumber } from '../../support/plumber.js';
import type { Server } from '../../support/process.js';
import { fixtureApp, type ServedApp, serve } from '../../support/server.js';
import { Client } from '../../support/web-socket.js';

const app = fixtureApp('../httpuv/app.R');

const rules = `
rules:
  - path: /private
    allow: nobody
  - path: /pages
    cors:
      origins: [https://example.org]
`;

const folder = mkdtempSync(join(tmpdir(), 'websockets-'));
let served: ServedApp;
let original: Server;

beforeAll(async () => {
  const config = join(folder, 'penstock.yaml');
  writeFileSync(config, rules);
  const flags = [
    '--config',
    config,
    '--body-limit',
    '200kb',
    '--websocket-buffer',
    '64kb',
    '--timeout',
    '10s',
  ];
  [served, original] = await Promise.all([
    serve(app, { workers: 2, flags }),
    startPlumber(app, { engine: 'httpuv' }),
  ]);
});

afterAll(async () => {
  await Promise.all([served?.stop(), original?.stop()]);
});

const connect = (path = '/talk', headers?: Record<string, string>) =>
  new Client(`${served.url}${path}`, headers);

/** The worker of a client, as its app tells it. */
async function workerOf(client: Client): Promise<number> {
  const [greeting] = await client.messages(1);
  return Number(String(greeting).replace('pid ', ''));
}

/** Two clients, each with its own worker. Those of earlier tests may still count where they were. */
async function pair(): Promise<[Client, Client]> {
  const one = connect();
  const first = await workerOf(one);
  for (;;) {
    const other = connect();
    if ((await workerOf(other)) !== first) return [one, other];
    other.socket.close();
  }
}

describe('A conversation is that with httpuv', () => {
  // What the client sends, and how many messages it gets before it asks the app to close; 0 if the app closes first.
  test.each<[string, (string | Buffer)[], number]>([
    ['text', ['hello', 'ümlaut ✓'], 2],
    ['bytes', [Buffer.from([1, 2, 3]), Buffer.alloc(0)], 2],
    ['many messages at once', ['count 200', 'a', 'b'], 202],
    ['large messages', ['large 70000', 'x'.repeat(70_000)], 2],
    ['a message that a timer sends', ['later', 'after'], 2],
    ['its request', ['header'], 1],
    ['the app closes it', ['a', 'close it'], 0],
    ['an error in the app', ['fail'], 0],
  ])('%s', async (_, messages, answers) => {
    const talk = async (url: string) => {
      const client = new Client(`${url}/talk?a=1`, { 'X-Test': 'one' });
      await client.messages(1);
      for (const message of messages) client.send(message);
      if (answers > 0) {
        await client.messages(1 + answers);
        client.send('close now');
      }
      const closing = await client.closed;
      return { received: client.received.slice(1), closing };
    };
    const [ours, theirs] = await Promise.all([talk(served.url), talk(`http://127.0.0.1:${original.port}`)]);
    expect(ours).toEqual(theirs);
  });

  test('onWSOpen fails', async () => {
    const closings = [connect('/fails'), new Client(`http://127.0.0.1:${original.port}/fails`)];
    const [ours, theirs] = await Promise.all(closings.map(({ closed }) => closed));
    expect(ours).toEqual(theirs);
  });
});

describe('A handshake', () => {
  test('is answered by what onHeaders returns', async () => {
    expect(await connect('/app/refused').refused()).toBe(403);
  });

  test('must be allowed by the rules', async () => {
    expect(await connect('/private').refused()).toBe(403);
  });

  test('from a page of another site needs a rule that lists it, if a rule lists sites', async () => {
    expect(await connect('/pages', { Origin: 'https://evil.example' }).refused()).toBe(403);
    for (const Origin of ['https://example.org', served.url]) {
      const client = connect('/pages', { Origin });
      await client.messages(1);
      client.socket.close();
    }
  });

  test('must be one of a WebSocket', async () => {
    const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${served.url}/talk`, { headers }, (response) => resolve(response.statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });

  test('for another protocol is an ordinary request, with its body', async () => {
    const headers = {
      Upgrade: 'h2c',
      Connection: 'Upgrade, HTTP2-Settings',
      'HTTP2-Settings': 'AAMAAABkAAQAAP__',
    };
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request(`${served.url}/app/echo`, { method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('end', () => resolve(text));
      });
      sent.on('error', reject).end('the body');
    });
    expect(body).toBe('the body');
  });
});

describe('An open WebSocket', () => {
  test('stays with its worker, which answers requests beside it', async () => {
    const [one, other] = await pair();
    const text = await (await fetch(`${served.url}/app/hello`)).text();
    expect(text).toBe('hello');
    one.send('a');
    other.send('b');
    expect((await one.messages(2))[1]).toBe('a');
    expect((await other.messages(2))[1]).toBe('b');
    one.socket.close();
    other.socket.close();
  });

  test('does not delay requests while R handles its message, if another worker is free', async () => {
    const [one, other] = await pair();
    const released = join(folder, 'released');
    one.send(`hold ${released}`);
    await served.printed('holding');
    for (let i = 0; i < 3; i += 1) {
      expect(await (await fetch(`${served.url}/app/pid`)).text()).toBe(String(await workerOf(other)));
    }
    writeFileSync(released, '');
    expect((await one.messages(2))[1]).toBe('released');
    one.socket.close();
    other.socket.close();
  });

  test('closes if a message is over the limit of bodies', async () => {
    const client = connect();
    await client.messages(1);
    client.send(randomBytes(300_000));
    expect((await client.closed).code).toBe(1009);
  });

  test('loses nothing while more waits for R than its buffer holds', async () => {
    const client = connect();
    await client.messages(1);
    client.send('sleep 0.5');
    const messages = Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(10_000)}`);
    for (const message of messages) client.send(message);
    expect((await client.messages(41)).slice(1)).toEqual(messages);
    client.socket.close();
  });

  test('closes if its client does not read', async () => {
    const client = connect('/slow');
    await client.messages(1);
    client.socket.pause();
    for (let i = 0; i < 60; i += 1) client.send('large 1000000');
    await served.printed('closed /slow ');
    client.socket.resume();
    expect((await client.closed).code).toBe(1006);
  });

  test('whose handler runs for longer than a request may is interrupted, and no other', async () => {
    const [one, other] = await pair();
    one.send('sleep 60');
    await served.logged('callbacks-interrupted');
    other.send('still here');
    expect((await other.messages(2))[1]).toBe('still here');
    other.socket.close();
    one.socket.terminate();
  });

  test('closes with 1011 if its worker is killed, and no other does', async () => {
    const [one, other] = await pair();
    one.send('quit');
    expect((await one.closed).code).toBe(1011);
    other.send('still here');
    expect((await other.messages(2))[1]).toBe('still here');
    other.socket.close();
    await served.logged('worker-ready', () => true, { skip: 2 });
  });
});

describe('A server that', () => {
  test('reloads closes its WebSockets with 1012, and takes new ones', async () => {
    const client = connect();
    await client.messages(1);
    served.signal('SIGHUP');
    const { code, reason } = await client.closed;
    expect([code, reason]).toEqual([1012, 'The server has reloaded the app']);
    const next = connect();
    await next.messages(1);
    next.socket.close();
  });

  test('stops closes its WebSockets with 1012, after onClose has run', async () => {
    const client = connect('/last');
    await client.messages(1);
    served.signal('SIGTERM');
    expect(await client.closed).toEqual({ code: 1012, reason: 'The server stops' });
    expect(await served.ended).toEqual({ code: 0, signal: null });
    expect(served.output).toContain('closed /last');
  });
});
