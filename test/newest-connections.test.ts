import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { NewestConnections } from '../src/newest-connections.js';
import { RawClient } from './support/raw-client.js';

test('a connection over the limit closes the one that has been idle longest, and is open itself', async () => {
  const newest = new NewestConnections(2);
  const server = createServer((socket) => newest.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<{ client: RawClient; socket: Socket }> => {
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const client = await RawClient.open(port);
    const [socket] = await connected;
    return { client, socket };
  };
  const first = await open();
  const second = await open();
  newest.inUse(first.socket);
  newest.idle(first.socket);
  const third = await open();
  expect(await second.client.closed).toBe('');
  newest.inUse(first.socket);
  const fourth = await open();
  expect([first, third, fourth].map(({ socket }) => socket.destroyed)).toEqual([false, false, false]);
  for (const { client } of [first, third, fourth]) client.leave();
  server.close();
});
