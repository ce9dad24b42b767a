import { EventEmitter } from 'node:events';
import type { Server, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type ConnectionLimitOptions, ConnectionLimits } from '../../src/http/connection-limits.js';

class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

/** `connect` connects from an address, and returns whether the server took the connection. */
function limited(options: Partial<ConnectionLimitOptions>): {
  connect(address: string): { taken: boolean; socket: FakeSocket };
  limits: ConnectionLimits;
} {
  const taken: Socket[] = [];
  const server = new EventEmitter();
  server.on('connection', (socket: Socket) => taken.push(socket));
  const none = { maxConnections: 0, maxConnectionsPerClient: 0, room: undefined, tell: false };
  const limits = new ConnectionLimits({ ...none, ...options }, () => {});
  limits.guard(server as Server);
  const connect = (address: string): { taken: boolean; socket: FakeSocket } => {
    const socket = new FakeSocket(address);
    server.emit('connection', socket);
    return { taken: taken.includes(socket as unknown as Socket), socket };
  };
  return { connect, limits };
}

test('one client has a limited number of connections, also from all addresses of its IPv6 network', () => {
  const { connect } = limited({ maxConnectionsPerClient: 2 });
  expect(connect('192.0.2.1').taken).toBe(true);
  expect(connect('2001:db8:1:2::1').taken).toBe(true);
  const { socket, taken } = connect('2001:db8:1:2:ffff::2');
  expect(taken).toBe(true);
  const rejected = connect('2001:db8:1:2::3');
  expect(rejected.taken).toBe(false);
  expect(rejected.socket.destroyed).toBe(true);
  expect(connect('2001:db8:1:3::1').taken).toBe(true);
  socket.emit('close');
  expect(connect('2001:db8:1:2::3').taken).toBe(true);
});

test('connections and files of responses together stay within the limit of open files', () => {
  const { connect, limits } = limited({ room: 3 });
  const { socket } = connect('192.0.2.1');
  expect([connect('192.0.2.1').taken, limits.takeFile()]).toEqual([true, true]);
  expect([connect('192.0.2.1').taken, limits.takeFile()]).toEqual([false, false]);
  socket.emit('close');
  expect(limits.takeFile()).toBe(true);
  limits.freeFile();
  expect(connect('192.0.2.1').taken).toBe(true);
});
