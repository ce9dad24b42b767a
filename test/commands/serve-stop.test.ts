import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandLine } from '../../scripts/setup/command-line.mjs';
import { root } from '../../scripts/setup/root.mjs';
import { RawClient } from '../support/raw-client.js';
import { fixtureApp, isRunning, ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';
import { inTerminal } from '../support/terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-stop-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hooks = fixtureApp('hooks.R');
let files = 0;

/** Starts the app with exit hooks. `hooked` returns the PIDs of the workers whose hooks ran. */
async function start(...flags: string[]): Promise<{ app: ServedApp; hooked: () => number[] }> {
  const file = join(folder, `hooks-${files++}`);
  const app = await serve(hooks, { workers: 2, env: { HOOKS_FILE: file }, flags });
  const hooked = (): number[] => readFileSync(file, 'utf8').trim().split(/\s+/).map(Number).sort();
  return { app, hooked };
}

async function pidsOf(app: ServedApp): Promise<number[]> {
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  return workers.map(({ pid }) => pid).sort();
}

const sleep = (app: ServedApp, seconds: number): Promise<Response> =>
  fetch(`${app.url}/sleep?seconds=${seconds}`);

describe.each(sized(['SIGTERM'] as const, ['SIGTERM', 'SIGINT'] as const))('on %s', (signal) => {
  test('answers running and queued requests, runs every exit hook, and exits with code 0', async () => {
    const { app, hooked } = await start();
    const workers = await pidsOf(app);
    const idle = await RawClient.open(app.port); // a connection without requests must not delay the stop
    const answers = [1, 2, 3, 4, 5].map(() => sleep(app, 1.5));
    await app.printed('sleeping', { skip: 1 });
    await expect.poll(() => app.admin('/scale')).toMatchObject({ ongoing: 5, queued: 3 });

    app.signal(signal);
    app.signal(signal); // as by a terminal, and by a parent that passes it on
    await app.logged('draining');
    expect((await fetch(`${app.adminUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${app.adminUrl}/livez`)).status).toBe(200);
    await expect(RawClient.open(app.port)).rejects.toThrow('ECONNREFUSED');

    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(200);
      expect(workers).toContain(await answer.json());
    }
    expect(await app.ended).toEqual({ code: 0, signal: null });
    expect(hooked()).toEqual(workers);
    expect(app.entries('request').map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await idle.closed;
  });
});

test('during the drain delay, is not ready but still answers, and asks clients to close their connections', async () => {
  const { app } = await start('--drain-delay', '2s');
  app.signal('SIGTERM');
  await app.logged('draining');
  expect((await fetch(`${app.adminUrl}/readyz`)).status).toBe(503);
  const answer = await sleep(app, 0);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Connection')).toBe('close');
  expect(await app.ended).toEqual({ code: 0, signal: null });
});

test('cuts requests and exit hooks that run longer than the shutdown timeout, and is gone 5 s after it', async () => {
  const { app } = await start('--shutdown-timeout', '500ms');
  const answers = ['/sleep?seconds=60', '/deaf'].map((path) => fetch(app.url + path).catch(() => 'cut'));
  await app.printed('sleeping');
  await app.printed('deaf');
  const workers = await pidsOf(app);
  app.signal('SIGTERM');
  expect(await Promise.all(answers)).toEqual(['cut', 'cut']);
  expect(await app.ended).toEqual({ code: 0, signal: null });
  expect(app.entries('drain-timeout')).toHaveLength(1);
  expect(workers.filter(isRunning)).toEqual([]);
  const [began, ended] = ['draining', 'stopped'].map((event) =>
    Date.parse(String(app.entries(event)[0]!.time)),
  );
  expect(ended! - began!).toBeLessThan(5500);
});

test('a second signal ends the gateway and its workers at once', async () => {
  const { app } = await start();
  const answer = sleep(app, 60).catch(() => 'cut');
  await app.printed('sleeping');
  const workers = await pidsOf(app);
  app.signal('SIGTERM');
  await app.logged('draining');
  app.signal('SIGINT');
  expect(await app.ended).toEqual({ code: null, signal: 'SIGINT' });
  expect(await answer).toBe('cut');
  await expect.poll(() => workers.filter(isRunning), { timeout: 10_000 }).toEqual([]);
});

test('after SIGKILL, R processes, their child processes and their temporary files are removed, and the next instance starts', async () => {
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const env = { HOOKS_FILE: join(folder, 'never'), TMPDIR: temporary };
  const app = await serve(hooks, { workers: 2, env });
  const answers = [
    fetch(`${app.url}/leaves`).catch(() => 'cut'),
    fetch(`${app.url}/deaf`).catch(() => 'cut'),
  ];
  await app.printed('started');
  await app.printed('deaf');
  const program = Number(app.entries('output').find(({ msg }) => /^\d+$/.test(msg!))!.msg);
  const loader = (await app.logged('preloaded')).pid as number;
  const processes = [...(await pidsOf(app)), loader, program];
  expect(processes.every(isRunning)).toBe(true);
  expect(readdirSync(temporary)).toHaveLength(1);

  app.signal('SIGKILL');
  await app.ended;
  const ports = ['--port', String(app.port), '--admin-port', String(app.adminPort)];
  const next = new ServedApp(hooks, { workers: 1, env, flags: ports });
  await expect.poll(() => processes.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  expect(await Promise.all(answers)).toEqual(['cut', 'cut']);

  await next.serving(1);
  expect([next.port, next.adminPort]).toEqual([app.port, app.adminPort]);
  expect(readdirSync(temporary)).toHaveLength(1); // that of the new instance
  await next.stop();
  expect(readdirSync(temporary)).toEqual([]);
});

const words = [process.execPath, ...commandLine(), 'serve', fixtureApp('brief.R'), '--workers', '1'];
const serveCommand = [...words, '--port', '0', '--admin-port', '0'].join(' ');

const contentOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const started = { timeout: 60_000 };

test('stops when its terminal is closed, and exits with code 0', async () => {
  const log = join(folder, 'closed.log');
  const code = join(folder, 'closed.code');
  // The inner shell survives, to tell the exit code.
  const terminal = inTerminal(`(trap "" HUP; ${serveCommand} > ${log}; echo $? > ${code}); true`);
  await expect.poll(() => contentOf(log), started).toContain('"event":"listening"');
  terminal.close();
  await expect.poll(() => contentOf(code), started).toBe('0\n');
  expect(contentOf(log)).toContain('"event":"stopped"');
  expect(contentOf(log)).toContain('its terminal was closed');
  expect(contentOf(log)).not.toContain('"event":"reloaded"');
});

test.runIf(sized(false, true))('a job that outlives its terminal stops on SIGTERM with code 0', async () => {
  const code = join(folder, 'job.code');
  const pid = join(folder, 'job.pid');
  const server = `sh -c 'echo $$ > ${pid}; exec ${serveCommand}'`;
  const terminal = inTerminal(`set -m; (trap "" HUP; ${server}; echo $? > ${code}) & wait`);
  await expect.poll(terminal.shown, started).toMatch(/Dashboard +http:.* +Stop +Ctrl-C/s);
  terminal.close();
  await terminal.closed;
  process.kill(Number(contentOf(pid)), 'SIGTERM');
  await expect.poll(() => contentOf(code), started).toBe('0\n');
});

test('stops when the npx that started it is stopped', async () => {
  const log = join(folder, 'npx.log');
  const flags = ['--port', '0', '--admin-port', '0', '--workers', '1', '--log-format', 'json'];
  const npx = spawn('npx', ['penstock', 'serve', fixtureApp('brief.R'), ...flags], {
    cwd: root,
    stdio: ['ignore', openSync(log, 'a'), 'ignore'],
  });
  await expect.poll(() => contentOf(log), started).toContain('"event":"listening"');
  npx.kill('SIGTERM');
  await expect.poll(() => contentOf(log), started).toContain('"event":"stopped"');
});
