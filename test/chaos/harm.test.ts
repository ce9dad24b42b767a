import { afterAll, expect, test } from 'vitest';
import { check } from './checker.js';
import { report, scale } from './scale.js';
import { serving, someServing } from './serving.js';
import { Site, seeded } from './site.js';

const WORKERS = 3;
const site = new Site();
afterAll(() => site.close());

test('workers that are killed, stopped or quit affect only the requests that they were running', {
  timeout: scale.testTimeoutMs,
}, async () => {
  const { durationMs, count } = scale.workerLosses;
  const app = await site.serve(WORKERS);
  const traffic = site.traffic(app, { clients: 16 });
  const random = seeded(7);
  const quits: Promise<void>[] = [];
  let quitting = 0;
  const losses = { SIGKILL: 0, SIGSTOP: 0, quit: 0 };
  const endsAt = performance.now() + durationMs;
  for (let left = count; left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, ((endsAt - performance.now()) / left) * 2 * random()));
    const victims = await someServing(app);
    const victim = victims[Math.floor(random() * victims.length)]!;
    const kind = random();
    // At most one pending quit per worker: if workers start slowly, more of them would fill the queue.
    if (kind < 0.3 && quitting < WORKERS) {
      losses.quit += 1;
      quitting += 1;
      const quit = traffic.once('POST', '/quit').then(() => {
        quitting -= 1;
      });
      quits.push(quit);
    } else {
      const signal = kind < 0.7 ? 'SIGKILL' : 'SIGSTOP';
      losses[signal] += 1;
      process.kill(victim, signal);
    }
    await traffic.more(3); // if workers start slowly, no response would arrive between two losses
  }
  await Promise.all(quits);
  const lastLossAt = performance.now();
  await expect.poll(async () => (await serving(app)).length, { interval: 20, timeout: 60_000 }).toBe(WORKERS);
  const recoveryMs = Math.round(performance.now() - lastLossAt);
  const verdict = check(await traffic.stop(), site.ledger, count);
  expect(verdict.faults).toEqual([]);
  expect(verdict.answered).toBeGreaterThan(count);
  await app.stop();
  report(
    'Workers killed, stopped or quitting under load',
    `${count} times (${JSON.stringify(losses)}): ${verdict.requests} requests, ${verdict.failed} failed because their ` +
      `worker exited; none unanswered, none run twice; all workers back ${recoveryMs} ms after the last`,
  );
});
