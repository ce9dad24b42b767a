import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import type { ServedApp } from '../support/server.js';
import { check } from './checker.js';
import { report, scale } from './scale.js';
import { Site, seeded } from './site.js';

const WORKERS = 3;
const site = new Site();
afterAll(() => site.close());

interface Status {
  readonly workers: { pid: number; state: string }[];
}

/** Workers that serve, whatever the gateway believes of them: not ended, and not stopped. */
async function serving(app: ServedApp): Promise<number[]> {
  const { workers } = await app.admin<Status>('/status');
  const ready = workers.filter(({ state }) => state === 'idle' || state === 'busy');
  return ready.map(({ pid }) => pid).filter((pid) => !'TZX'.includes(processState(pid)));
}

/** The same once there are any. */
async function someServing(app: ServedApp): Promise<number[]> {
  let pids = await serving(app);
  while (pids.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    pids = await serving(app);
  }
  return pids;
}

function processState(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1]!;
  } catch {
    return 'X';
  }
}

test('workers that are killed, stopped or quit cost what they were running, and nothing else', {
  timeout: scale.timeout,
}, async () => {
  const { ms, times } = scale.harm;
  const app = await site.serve(WORKERS);
  const traffic = site.traffic(app, { clients: 16 });
  const random = seeded(7);
  const quits: Promise<void>[] = [];
  let quitting = 0;
  const harms = { SIGKILL: 0, SIGSTOP: 0, quit: 0 };
  const endsAt = performance.now() + ms;
  for (let left = times; left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, ((endsAt - performance.now()) / left) * 2 * random()));
    const victims = await someServing(app);
    const victim = victims[Math.floor(random() * victims.length)]!;
    const kind = random();
    // Not one more than workers: on a machine that starts them slowly these would fill the queue.
    if (kind < 0.3 && quitting < WORKERS) {
      harms.quit += 1;
      quitting += 1;
      const quit = traffic.once('POST', '/quit').then(() => {
        quitting -= 1;
      });
      quits.push(quit);
    } else {
      const signal = kind < 0.7 ? 'SIGKILL' : 'SIGSTOP';
      harms[signal] += 1;
      process.kill(victim, signal);
    }
    await traffic.more(3); // on a machine that starts workers slowly nothing would be answered in between
  }
  await Promise.all(quits);
  const ended = performance.now();
  await expect.poll(async () => (await serving(app)).length, { interval: 20, timeout: 60_000 }).toBe(WORKERS);
  const after = Math.round(performance.now() - ended);
  const verdict = check(await traffic.stop(), site.ledger, times);
  expect(verdict.faults).toEqual([]);
  expect(verdict.answered).toBeGreaterThan(times);
  await app.stop();
  report(
    'Workers killed, stopped or quitting under load',
    `${times} times (${JSON.stringify(harms)}): ${verdict.requests} requests, ${verdict.failed} failed, each by the end of ` +
      `its own worker; none unanswered, none run twice; full strength ${after} ms after the last`,
  );
});
