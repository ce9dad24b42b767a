import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionRoom } from '../../src/descriptors.js';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  const limits = ['--max-connections-per-client', '5', '--body-memory', '1mb'];
  app = await serve(fixtureApp('policies.R'), { workers: 1, flags: limits });
});

afterAll(() => app?.stop());

/** The response to a client at another address. */
async function elsewhere(path: string): Promise<IncomingMessage> {
  const asked = get(app.url + path, { localAddress: '127.0.0.2', agent: false });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response.resume();
}

async function counted(code: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', app.adminUrl))).text();
  return Number(new RegExp(`penstock_errors_total\\{code="${code}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
}

test('rejects a client with too many connections with 429, and serves others', async () => {
  const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.open(app.port)));
  const refused = await RawClient.open(app.port);
  refused.send('GET /usual HTTP/1.1\r\nHost: x\r\n\r\n');
  const text = await refused.closed;
  expect(statusesIn(text)).toEqual([429]);
  expect(text).toContain('"code":"client_connections"');
  expect((await elsewhere('/usual')).statusCode).toBe(200);
  expect(await counted('client_connections')).toBe(1);

  for (const client of clients) client.leave();
  await expect.poll(async () => (await fetch(`${app.url}/usual`)).status).toBe(200);
});

test('rejects bodies over the total memory limit with 503 and Retry-After, and releases the memory afterwards', async () => {
  const half = Buffer.alloc(700_000, 'x');
  const post = (): ReturnType<typeof request> =>
    request(`${app.url}/usual`, {
      method: 'POST',
      agent: false,
      headers: { 'Content-Length': half.length, 'Content-Type': 'application/octet-stream' },
    });
  const used = async (): Promise<number> => {
    const text = await (await fetch(new URL('/metrics', app.adminUrl))).text();
    return Number(/^penstock_body_bytes (\d+)/m.exec(text)?.[1]);
  };
  const slow = post();
  slow.write(half.subarray(1));
  await expect.poll(used).toBe(half.length - 1);

  const other = post();
  other.end(half);
  const [refused] = (await once(other, 'response')) as [IncomingMessage];
  expect(refused.statusCode).toBe(503);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(JSON.parse(String(await refused.setEncoding('utf8').toArray()))).toMatchObject({
    code: 'body_memory_full',
  });
  expect(await counted('body_memory_full')).toBe(1);

  slow.end(half.subarray(0, 1));
  const [answer] = (await once(slow, 'response')) as [IncomingMessage];
  answer.resume();
  await expect.poll(used).toBe(0);
});

test('limits connections to the number of files that may be open', () => {
  const limits =
    'Max processes 10 10 processes\nMax open files            1024                 4096   files\n';
  expect(connectionRoom(8, limits)).toBe(1024 - 64 - 128 - 16 - 32 - 4 * 8);
  expect(connectionRoom(8, '')).toBeUndefined();
});
