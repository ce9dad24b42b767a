import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('work.R'), {
    workers: 1,
    flags: [
      '--header-timeout',
      '1s',
      '--body-timeout',
      '500ms',
      '--keep-alive-timeout',
      '1s',
      '--max-connections',
      '150',
    ],
  });
});

afterAll(() => app?.stop());

/** Sends one character at a time until the server closes the connection. Returns the response. */
async function dribble(client: RawClient, text: string): Promise<string> {
  let gone = false;
  void client.closed.then(() => {
    gone = true;
  });
  for (let i = 0; !gone; i = (i + 1) % text.length) {
    client.send(text[i]!);
    await Promise.race([client.closed, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return client.closed;
}

/** Far below the default timeouts. */
const MAX_WAIT_MS = 20_000;

test.concurrent('answers headers that arrive too slowly with 408', async () => {
  const client = await RawClient.open(app.port);
  const begun = performance.now();
  client.send('GET /pid HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  expect(statusesIn(await dribble(client, 'aaaa'))).toEqual([408]);
  expect(performance.now() - begun).toBeLessThan(MAX_WAIT_MS);
});

test.concurrent('closes a connection on which no request arrives', async () => {
  const client = await RawClient.open(app.port);
  const begun = performance.now();
  expect(statusesIn(await client.closed)).toEqual([408]);
  expect(performance.now() - begun).toBeLessThan(MAX_WAIT_MS);
});

test.concurrent('answers a body that arrives too slowly with 408, and does not call R', async () => {
  const client = await RawClient.open(app.port);
  client.send('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n');
  expect(statusesIn(await dribble(client, 'aaaa'))).toEqual([408]);
  const record = await app.logged('request', ({ method }) => method === 'POST');
  expect(record).not.toHaveProperty('worker');
});

test.concurrent('closes an unused connection after the keep-alive timeout', async () => {
  const client = await RawClient.open(app.port);
  client.send('GET /pid HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(statusesIn(await client.until(/\r\n\r\n\d+/))).toEqual([200]);
  const begun = performance.now();
  await client.closed;
  expect(performance.now() - begun).toBeGreaterThan(900);
  expect(performance.now() - begun).toBeLessThan(MAX_WAIT_MS);
});

test('a client that does not read its response does not block others', async () => {
  const slow = await RawClient.open(app.port);
  for (let i = 0; i < 20; i++) slow.send('GET /echo?msg=unread HTTP/1.1\r\nHost: x\r\n\r\n');
  const answer = await fetch(`${app.url}/echo?msg=read`);
  expect(await answer.json()).toMatchObject({ msg: 'read' });
  slow.leave();
});

test('closes all files after a hundred slow clients', async () => {
  await fetch(app.url);
  const open = (): number => readdirSync(`/proc/${app.pid}/fd`).length;
  const before = open();
  const clients = await Promise.all(Array.from({ length: 100 }, () => RawClient.open(app.port)));
  for (const client of clients) client.send('GET / HTTP/1.1\r\nHo');
  const answers = await Promise.all(clients.map((client) => client.closed));
  expect(answers.flatMap(statusesIn)).toEqual(Array(100).fill(408));
  await expect.poll(open).toBeLessThanOrEqual(before);
});

test('answers connections over the limit with 503, and closes them', async () => {
  const clients = await Promise.all(Array.from({ length: 200 }, () => RawClient.open(app.port)));
  let refused = 0;
  for (const client of clients) {
    void client.closed.then((text) => {
      if (text.includes('"code":"connections_full"') && statusesIn(text)[0] === 503) refused += 1;
    });
  }
  await expect.poll(() => refused).toBeGreaterThanOrEqual(50);
  for (const client of clients) client.leave();
  await expect.poll(async () => (await fetch(`${app.url}/pid`)).status).toBe(200);
});
