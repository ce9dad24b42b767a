import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults } from '../../support/faults.js';
import type { ServedApp } from '../../support/server.js';
import { TinyDisk } from '../../support/tiny-disk.js';
import { check } from '../checker.js';
import { report, scale } from '../scale.js';
import { serving } from '../serving.js';
import { Site, seeded } from '../site.js';
import type { Traffic } from '../traffic.js';

const WORKERS = 4;
/** After a fault has gone, starts begin within this time, and all workers are there but for R's own time. */
const RECOVERY_MS = 2000;

const obstacle = Faults.obstacle ?? TinyDisk.obstacle;

interface Fault {
  readonly name: string;
  /** Set if starts do not fail: they succeed in spite of it, or wait. */
  readonly tolerated?: true;
  /** Which workers it can keep from starting. */
  readonly affects: readonly ('forked' | 'spawned')[];
  begin(): void;
  end(): void;
}

describe.skipIf(obstacle !== undefined).each([
  ['forked', 'on'],
  ['spawned', 'off'],
] as const)(`workers that are %s${obstacle === undefined ? '' : ` (${obstacle})`}`, (kind, preload) => {
  const site = new Site();
  let faults: Faults;
  let disk: TinyDisk;
  const random = seeded(11);
  const recoveries: number[] = [];
  const results: string[] = [];
  let app: ServedApp;
  let traffic: Traffic;

  const call = (
    program: 'node' | 'R',
    name: string,
    error: Parameters<Faults['begin']>[2],
    ...affects: Fault['affects']
  ): Fault => ({
    name: `${name}() of ${program} fails with ${error}`,
    affects: affects.length === 0 ? ['forked', 'spawned'] : affects,
    begin: () => faults.begin(program, name, error),
    end: () => faults.end(),
  });
  const filled: string[] = [];
  let filling: NodeJS.Timeout | undefined;
  const empty = (): void => {
    clearInterval(filling);
    for (const file of filled.splice(0)) rmSync(file, { force: true });
  };
  const all: Fault[] = [
    call('node', 'mkdir', 'ENOSPC'),
    call('node', 'mkdir', 'EACCES'),
    call('node', 'open', 'EMFILE', 'forked'),
    call('node', 'socketpair', 'EMFILE', 'spawned'),
    call('node', 'pipe2', 'ENFILE', 'spawned'),
    call('node', 'fork', 'EAGAIN', 'spawned'),
    call('node', 'fork', 'ENOMEM', 'spawned'),
    call('node', 'execvp', 'ENOMEM', 'spawned'),
    call('R', 'mkdtemp', 'ENOSPC', 'spawned'),
    call('R', 'connect', 'ENOBUFS'),
    call('R', 'fork', 'EAGAIN', 'forked'),
    call('R', 'fork', 'ENOMEM', 'forked'),
    call('R', 'mkfifo', 'ENOSPC', 'forked'),
    {
      name: 'the temporary folder has no space left',
      affects: ['forked', 'spawned'],
      tolerated: true, // folders and pipes take none in a tmpfs
      begin: () => filled.push(disk.fill()),
      end: empty,
    },
    {
      name: 'the temporary folder has no files left',
      affects: ['forked', 'spawned'],
      begin: () => {
        // Workers that have ended leave room.
        filling = setInterval(() => filled.push(...disk.useUpFiles()), 2);
      },
      end: empty,
    },
    {
      name: 'the gateway has no file descriptors left',
      affects: ['forked', 'spawned'],
      tolerated: true, // connections of workers wait
      begin: () => limitFiles(10), // those that are open stay open
      end: () => limitFiles(1024),
    },
  ];
  const list = all.filter(({ affects }) => affects.includes(kind));

  const limitFiles = (count: number): void => {
    execFileSync('prlimit', ['--pid', String(app.pid), `--nofile=${count}:`]);
  };

  const failedStarts = async (): Promise<number> =>
    (await app.admin<{ starts: { failures: number } }>('/status')).starts.failures;

  beforeAll(async () => {
    faults = new Faults();
    disk = new TinyDisk('size=8m,nr_inodes=2k');
    app = await site.serve(`1..${WORKERS}`, ['--preload', preload], { ...faults.env, TMPDIR: disk.path });
    traffic = site.traffic(app, {
      clients: 16,
      paths: [
        ['GET', '/slow-read'],
        ['POST', '/slow-write'],
      ],
    });
  }, 60_000);

  // Also if a test has failed: the next one begins without its fault.
  afterEach(() => {
    for (const { end } of list) end();
  });

  let killed = 0;

  /** When each worker, or the process to fork them from, began to start and was ready. */
  const starts = (): (readonly [number, number])[] =>
    [...app.entries('worker-ready'), ...app.entries('preloaded')].map(({ journey, time }) => {
      const ready = Date.parse(String(time));
      return [ready - (journey as { at: number }[]).at(-1)!.at, ready];
    });

  /** How long R itself took to start, of the time between two moments, in ms. */
  const startTime = (from: number, to: number): number => {
    let sum = 0;
    let covered = from;
    for (const [begun, ready] of starts().toSorted(([one], [other]) => one - other)) {
      const end = Math.min(to, ready);
      sum += Math.max(0, end - Math.max(covered, begun));
      covered = Math.max(covered, end);
    }
    return sum;
  };

  test.each(list)(
    'all serve again soon after $name',
    { timeout: scale.testTimeoutMs },
    async ({ begin, end, tolerated, name }) => {
      await expect.poll(async () => (await serving(app)).length, { timeout: 30_000 }).toBe(WORKERS);
      await expect.poll(failedStarts, { timeout: 10_000 }).toBe(0);
      begin();
      const victims = (await serving(app)).slice(0, 1 + Math.floor(random() * (WORKERS - 1)));
      killed += victims.length;
      for (const pid of victims) process.kill(pid, 'SIGKILL');
      if (tolerated === undefined)
        await expect.poll(failedStarts, { timeout: 60_000, interval: 20 }).toBeGreaterThan(2);
      await traffic.more(50);
      end();
      const since = Date.now();
      await expect
        .poll(async () => (await serving(app)).length, { interval: 10, timeout: 60_000 })
        .toBe(WORKERS);
      const until = Date.now();
      for (const pid of await serving(app)) await app.logged('worker-ready', (entry) => entry.pid === pid);
      const own = until - since - startTime(since, until);
      const first = Math.min(...starts().flatMap(([begun, ready]) => (ready > since ? begun : [])));
      const idle = Math.max(0, Math.min(until, first) - since);
      recoveries.push(until - since);
      results.push(
        `${name}: ${until - since} ms, first start after ${idle} ms, without R's own starts ${own} ms`,
      );
      expect(idle).toBeLessThan(RECOVERY_MS);
      expect(own).toBeLessThan(RECOVERY_MS);
    },
  );

  afterAll(async () => {
    const { faults: wrong, failed, requests } = check(await traffic.stop(), site.ledger, killed);
    await app.stop();
    site.close();
    faults.remove();
    disk.remove();
    recoveries.sort((one, other) => one - other);
    report(
      `System calls that fail, ${kind} workers`,
      `${list.length} faults, ${killed} workers killed: ${requests} requests, ${failed} failed because their worker exited; ` +
        `none unanswered, wrong or run twice; all workers back after ${recoveries[recoveries.length >> 1]} ms, at most ` +
        `${recoveries.at(-1)} ms\n${results.join('\n')}`,
    );
    expect(wrong).toEqual([]);
  });
});
