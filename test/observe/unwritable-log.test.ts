import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freePort, serverEnvironment } from '../support/process.js';
import { fixtureApp } from '../support/server.js';
import { TinyDisk } from '../support/tiny-disk.js';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const { obstacle } = TinyDisk;
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
  errors(): string;
}

/** Starts a server whose log goes to `stdout`. */
async function serveTo(stdout: number | 'pipe', flags: readonly string[] = []): Promise<Served> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const ports = ['--port', String(port), '--admin-port', String(adminPort)];
  const child = spawn(
    process.execPath,
    [cli, 'serve', fixtureApp('output.R'), '--workers', '1', '--log-format', 'json', ...ports, ...flags],
    { env: serverEnvironment(), stdio: ['ignore', stdout, 'pipe'] },
  );
  started.push(child);
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const served = {
    child,
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    errors: () => errors,
  };
  await expect.poll(() => statusOf(`${served.adminUrl}/readyz`), { timeout: 60_000 }).toBe(200);
  return served;
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.status ?? 0;
}

/** Sends requests until `enough`, and expects an answer to each. */
async function requestsUntil({ adminUrl, url }: Served, enough: () => Promise<boolean>): Promise<void> {
  do {
    for (let i = 0; i < 50; i++) expect(await statusOf(`${url}/says?text=${'x'.repeat(1000)}`)).toBe(200);
    expect(await statusOf(`${adminUrl}/livez`)).toBe(200);
  } while (!(await enough()));
}

async function linesLost({ adminUrl }: Served): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(/^penstock_log_lines_lost_total (\d+)$/m.exec(text)![1]);
}

/** Stops the server as an operator does. Returns its exit code, and what it wrote to stderr. */
async function stop({ child, errors }: Served): Promise<{ code: number; errors: string }> {
  const closed = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = (await closed) as [number];
  return { code, errors: errors() };
}

describe.skipIf(obstacle !== undefined)(
  `on a small disk${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    test('a full disk under the log loses counted lines, and no request, probe or stop', async () => {
      const disk = new TinyDisk('size=64k');
      try {
        const file = `${disk.path}/log`;
        const fd = openSync(file, 'a');
        const served = await serveTo(fd);
        closeSync(fd);
        await requestsUntil(served, async () => (await linesLost(served)) > 100);
        truncateSync(file);
        const lost = await linesLost(served);
        await requestsUntil(served, async () => readFileSync(file, 'utf8').includes('"log-lines-lost"'));
        const report = readFileSync(file, 'utf8')
          .split('\n')
          .find((line) => line.includes('"log-lines-lost"'));
        expect((JSON.parse(report!) as { lines: number }).lines).toBeGreaterThanOrEqual(lost);
        disk.fill();
        expect(await stop(served)).toEqual({ code: 0, errors: '' });
      } finally {
        disk.remove();
      }
    });
  },
);

test('a log that nobody reads loses counted lines, and no request, probe or stop', async () => {
  const served = await serveTo('pipe');
  expect(await statusOf(`${served.url}/flood?mb=25`)).toBe(200);
  await requestsUntil(served, async () => (await linesLost(served)) > 0);
  expect(await stop(served)).toEqual({ code: 0, errors: '' });
});

test('a log whose reader has gone loses counted lines, and no request, probe or stop', async () => {
  const served = await serveTo('pipe');
  served.child.stdout!.destroy();
  await requestsUntil(served, async () => (await linesLost(served)) > 100);
  expect(await stop(served)).toEqual({ code: 0, errors: '' });
});
