import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import fastify from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenAdmin } from '../../src/admin/admin-server.js';
import type { Config } from '../../src/config/load.js';
import { fixtureApp, runCli } from '../support/server.js';
import { sized } from '../support/sized.js';

let other: Server;
let taken: string;

beforeAll(async () => {
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  taken = String((other.address() as AddressInfo).port);
});

afterAll(() => other.close());

const start = (...flags: string[]) =>
  runCli(['serve', fixtureApp('work.R'), '--port', '0', '--admin-port', '0', '--workers', '1', ...flags]);

describe('exits with code 1 and names the address if', () => {
  test.concurrent.each([
    ['the public port is in use', '--port', 'another process is listening there'],
    ...sized<string[][]>(
      [],
      [['the admin port is in use', '--admin-port', 'another process is listening there']],
    ),
  ] as [string, string, string][])('%s', async (_, flag, reason) => {
    const { code, stderr } = await start(flag, taken);
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${taken}: ${reason}.`);
    expect(stderr).toContain('code: address_unavailable');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test.concurrent('this machine has no such address', async () => {
    const { code, stderr } = await start('--host', '192.0.2.1');
    expect(code).toBe(1);
    expect(stderr).toContain('192.0.2.1:0: this machine has no such address.');
  });

  test.concurrent('the host does not exist', async () => {
    const { code, stderr } = await start('--host', 'no-such-host.invalid');
    expect(code).toBe(1);
    expect(stderr).toContain('code: address_unavailable');
    expect(stderr).toContain('no-such-host.invalid');
  });
});

describe('without --admin-port, the admin server', () => {
  const listen = async (from: 'default' | 'flag'): Promise<string> => {
    const server = fastify();
    const sources = { 'admin-port': { from, label: '' } };
    const config = { adminHost: '127.0.0.1', adminPort: Number(taken), port: Number(taken) + 1, sources };
    try {
      return await listenAdmin(server, config as unknown as Config, pino({ enabled: false }));
    } finally {
      await server.close();
    }
  };

  test('uses the next free port if its own is in use', async () => {
    const port = Number(new URL(await listen('default')).port);
    expect(port).toBeGreaterThan(Number(taken) + 1); // the public server has the port between
  });

  test('does not replace a port that the user has chosen', async () => {
    await expect(listen('flag')).rejects.toThrow('another process is listening there');
  });
});

test.concurrent('serves on IPv6', async () => {
  const { ServedApp } = await import('../support/server.js');
  const app = new ServedApp(fixtureApp('work.R'), { workers: 1, flags: ['--host', '::1'] });
  await app.serving(1);
  expect(app.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await fetch(`${app.url}/pid`)).status).toBe(200);
  expect((await app.stop()).code).toBe(0);
});
