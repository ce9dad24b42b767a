import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';

interface Self {
  readonly pid: number;
  readonly loaded_by: number;
  readonly opened_by: number;
  readonly random: number;
  readonly temporary: string;
  readonly at_load: string;
  readonly sum: number;
}

async function get<T>(app: ServedApp, path: string): Promise<T> {
  const answer = await fetch(app.url + path);
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

/** Asks `size` workers about themselves. Each request waits for the others, so that no worker gets two. */
async function askWorkers(app: ServedApp, size: number): Promise<Self[]> {
  const meeting = mkdtempSync(join(tmpdir(), 'penstock-meeting-'));
  try {
    const path = `/self?meeting=${meeting}&size=${size}`;
    return await Promise.all(Array.from({ length: size }, () => get<Self>(app, path)));
  } finally {
    rmSync(meeting, { recursive: true });
  }
}

const askBoth = (app: ServedApp): Promise<Self[]> => askWorkers(app, 2);

const pids = async (app: ServedApp): Promise<number[]> => {
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  return workers.map(({ pid }) => pid).sort();
};

/** A line of smaps_rollup, in MB. */
function memory(pid: number, name: string): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)![1]) / 1024;
}

describe('workers forked by the preloader', () => {
  let app: ServedApp;
  let loader: number;

  beforeAll(async () => {
    app = await serve(fixtureApp('preloaded.R'), { workers: 2, flags: ['--reserved-workers', '0'] });
    loader = (await app.logged('preloaded')).pid as number;
  });

  afterAll(() => app?.stop());

  test('share what was loaded, and have their own random numbers, temporary files and @onworker state', async () => {
    const selves = await askBoth(app);
    expect(selves.map(({ pid }) => pid).sort()).toEqual(await pids(app));
    for (const self of selves) {
      expect(self).toMatchObject({
        loaded_by: loader,
        opened_by: self.pid,
        at_load: 'written at load',
        sum: 5,
      });
      expect(self.pid).not.toBe(loader);
    }
    for (const { journey } of app.entries('worker-ready'))
      expect((journey as { name: string }[]).map(({ name }) => name)).toEqual([
        'fork',
        'connected',
        'onworker',
        'ready',
      ]);
    const [one, two] = selves as [Self, Self];
    expect(one.random).not.toBe(two.random);
    expect(one.temporary.split('/').slice(0, -1)).not.toEqual(two.temporary.split('/').slice(0, -1));
  });

  test('share the memory of what was loaded', async () => {
    const workers = await pids(app);
    for (const pid of workers) expect(memory(pid, 'Rss')).toBeGreaterThan(100);
    const all = [loader, ...workers].reduce((sum, pid) => sum + memory(pid, 'Pss'), 0);
    expect(all).toBeLessThan(1.5 * memory(loader, 'Rss'));
  });

  test('can wait for promises and timers, and can fork', async () => {
    expect(await pids(app)).toContain(await get<number>(app, '/later'));
    expect(await get(app, '/programs')).toEqual([10, 20]);
  });

  test('log their own output and that of their programs, with worker and request', async () => {
    const before = app.entries('output').length;
    const asked = ['a', 'b', 'c', 'd'].map((id) =>
      fetch(`${app.url}/programs`, { headers: { 'X-Request-Id': id } }),
    );
    for (const answer of await Promise.all(asked)) expect(answer.status).toBe(200);
    for (const id of ['a', 'b', 'c', 'd']) {
      const { worker } = await app.request(id); // its line in the log follows those that it printed
      const lines = app
        .entries('output')
        .slice(before)
        .filter(({ requestId }) => requestId === id);
      const { workers } = await app.admin<{ workers: { id: number; pid: number }[] }>('/status');
      const { pid } = workers.find((one) => one.id === worker)!;
      expect(lines.map(({ msg, stream }) => `${stream} ${msg!.trim()}`).sort()).toEqual([
        `stderr complained by ${pid}`,
        `stderr said by ${pid}`,
        `stdout printed by ${pid}`,
        `stdout written by ${pid}`,
      ]);
      expect(new Set(lines.map((line) => line.worker))).toEqual(new Set([worker]));
    }
  });

  test("report how they ended, and keep each other's files when they quit", async () => {
    const answer = await fetch(`${app.url}/quit`);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('It exited with code 7.');
    await app.logged('worker-ready', undefined, { skip: 2 });
    const [victim] = await pids(app);
    process.kill(victim!, 'SIGKILL');
    expect(await app.logged('worker-exit', ({ pid }) => pid === victim)).toMatchObject({ signal: 'SIGKILL' });
    await app.logged('worker-ready', undefined, { skip: 3 });
    for (const self of await askBoth(app))
      expect(self).toMatchObject({ at_load: 'written at load', loaded_by: loader });
  });

  test('keep running when the preloader crashes, and new workers are forked by its replacement', async () => {
    const workers = await pids(app);
    process.kill(loader, 'SIGKILL');
    expect(await app.logged('preloader-exit')).toMatchObject({ pid: loader, signal: 'SIGKILL' });
    for (const self of await askBoth(app))
      expect(self).toMatchObject({ at_load: 'written at load', loaded_by: loader });
    const { pid: successor } = await app.logged('preloaded', undefined, { skip: 1 });
    expect(await pids(app)).toEqual(workers);

    const ready = app.entries('worker-ready').length;
    process.kill(workers[0]!, 'SIGKILL');
    await app.logged('worker-ready', undefined, { skip: ready });
    const selves = await askBoth(app);
    expect(selves.map(({ loaded_by }) => loaded_by).sort()).toEqual([loader, successor as number].sort());
    expect(isRunning(loader)).toBe(false);
    loader = successor as number;
  });

  test('keep serving while the preloader hangs and is replaced', async () => {
    const [victim, other] = await pids(app);
    const ready = app.entries('worker-ready').length;
    process.kill(loader, 'SIGSTOP');
    process.kill(victim!, 'SIGKILL');
    await app.logged('worker-exit', ({ pid }) => pid === victim);
    expect((await askWorkers(app, 1))[0]!.pid).toBe(other);
    const { msg } = await app.logged('preloader-exit', ({ pid }) => pid === loader);
    expect(msg).toContain('was killed because it did not answer for 5 s: starting another one');
    const { pid: successor } = await app.logged('preloaded', undefined, { skip: 2 });
    await app.logged('worker-ready', undefined, { skip: ready });
    expect((await askBoth(app)).map(({ loaded_by }) => loaded_by)).toContain(successor);
  });
});
