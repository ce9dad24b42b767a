import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminServer } from '../../src/admin/admin-http.js';
import { listenAdmin } from '../../src/admin/admin-server.js';
import type { Config } from '../../src/config/load.js';
import { installed } from '../../src/installation.js';
import { accepting, Child, freePort, serverEnvironment } from '../support/process.js';
import { fixtureApp, isRunning, runCli } from '../support/server.js';
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

test('in a container, a gateway that is killed comes back on its address, and new connections wait for it', async () => {
  const port = String(await freePort());
  const flags = ['--admin-port', '0', '--workers', '1', '--log-format', 'json'];
  const keeper = new Child(
    'perl',
    [installed('assets/image/keep.pl'), installed('dist/cli.js'), 'serve', fixtureApp('work.R'), ...flags],
    { env: serverEnvironment({ PENSTOCK_HOST: '127.0.0.1', PENSTOCK_PORT: port }) },
  );
  try {
    const { pid } = keeper.process;
    const url = `http://127.0.0.1:${port}/pid`;
    await accepting(Number(port), keeper);
    const ask = () => fetch(url, { headers: { Connection: 'close' } });
    const first = await (await ask()).json();
    const gateway = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
    process.kill(gateway, 'SIGKILL');
    await expect.poll(() => isRunning(gateway), { interval: 1 }).toBe(false);
    const second = await ask(); // nobody accepts connections now
    expect(second.status).toBe(200);
    expect(await second.json()).not.toEqual(first);
    expect(keeper.output()).toContain('"event":"gateway-killed","signal":9');
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])).toBeLessThan(
      15_000,
    );
    const [ending] = await Promise.all([once(keeper.process, 'exit'), keeper.stop('SIGTERM')]);
    expect(ending).toEqual([0, null]);
    await expect(ask()).rejects.toThrow();
  } finally {
    await keeper.stop('SIGTERM');
  }
});

test('a reload that is asked for while a killed gateway is being started again does not end it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-keep-'));
  const command = join(folder, 'command');
  // Two gateways that are killed at once, so the third waits a second, and one that ends by itself.
  const script = 'echo >> runs; [ "$(wc -l < runs)" -gt 2 ] || kill -KILL $$; sleep 0.3; exit 0';
  writeFileSync(command, `#!/bin/sh\ncd ${folder}; ${script}\n`, { mode: 0o755 });
  const keeper = new Child('perl', [installed('assets/image/keep.pl'), command, 'serve'], {
    env: serverEnvironment(),
  });
  try {
    const ended = once(keeper.process, 'exit');
    await expect.poll(() => keeper.output()).toContain('again in 1.0 s');
    keeper.process.kill('SIGHUP');
    expect(await ended).toEqual([0, null]);
  } finally {
    await keeper.stop('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});

describe('without --admin-port, the admin server', () => {
  const listen = async (from: 'default' | 'flag'): Promise<string> => {
    const server = new AdminServer();
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
