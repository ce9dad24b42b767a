import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../../support/server.js';
import { Client } from '../../support/web-socket.js';

let served: ServedApp;

beforeAll(async () => {
  served = await serve(fixtureApp('../httpuv/fiery.R'), { workers: 3 });
});

afterAll(async () => {
  await served?.stop();
});

test('What fiery sends to all reaches the clients of all workers, once', async () => {
  const clients = Array.from({ length: 6 }, () => new Client(`${served.url}/`));
  await Promise.all(clients.map(({ opened }) => opened));
  const { workers } = await served.admin<{ workers: { sockets: number }[] }>('/status');
  expect(workers.map(({ sockets }) => sockets)).toEqual([2, 2, 2]);
  for (const [i, client] of clients.entries()) client.send(`from ${i}`);
  const expected = clients.map((_, i) => `all: from ${i}`);
  for (const client of clients) {
    expect([...(await client.messages(6))].sort()).toEqual(expected);
    client.socket.close();
  }
});
