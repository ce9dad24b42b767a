import { expect, test } from 'vitest';
import { takeSockets } from '../../src/http/passed-sockets.js';

/** The environment that systemd sets for process 42. */
const passed = (count: string, names?: string): NodeJS.ProcessEnv => ({
  LISTEN_PID: '42',
  LISTEN_FDS: count,
  ...(names === undefined ? {} : { LISTEN_FDNAMES: names }),
});

test('takes the sockets that systemd passes, the one named admin for the admin server', () => {
  expect(takeSockets(passed('1'), 42)).toEqual({ public: 3 });
  expect(takeSockets(passed('2', 'penstock.socket:admin'), 42)).toEqual({ public: 3, admin: 4 });
  expect(takeSockets(passed('2', 'admin:web'), 42)).toEqual({ admin: 3, public: 4 });
  expect(takeSockets(passed('1', 'admin'), 42)).toEqual({ admin: 3 });
});

test('takes none that are meant for another process, and none if there are none', () => {
  expect(takeSockets(passed('1'), 43)).toEqual({});
  expect(takeSockets({}, 42)).toEqual({});
  expect(takeSockets(passed('0'), 42)).toEqual({});
});

test('says which socket it cannot use', () => {
  const two = () => takeSockets(passed('2'), 42);
  expect(two).toThrow('LISTEN_FDS passes more than one socket for the public server');
});

test('hides the variables from R', () => {
  const env = { ...passed('2', 'a:admin'), PATH: '/bin' };
  takeSockets(env, 42);
  expect(env).toEqual({ PATH: '/bin' });
});
