import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entrant } from '../contender.js';
import { ask, prediction, slow } from '../question.js';

const predictions = 10;
const everyMs = 100;
/** Slow requests must be running, not on their way. */
const settleMs = 300;

/** How long predictions took while slow requests ran. */
export interface BehindSlowRound {
  readonly medianMs: number;
  readonly worstMs: number;
}

/** Every R process has answered once before anything is timed: the first call of a function costs R much more. */
export async function warmUp({ origin }: Entrant): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(Array.from({ length: 16 }, () => ask(origin, prediction)));
  }
}

/** Predictions are sent at fixed times, whether or not earlier ones were answered, as independent clients would. */
export async function runBehindSlow({ origin }: Entrant, slowOnes: number): Promise<BehindSlowRound> {
  const sleepers = Array.from({ length: slowOnes }, () => ask(origin, slow));
  await sleep(settleMs);
  const asked: Promise<number>[] = [];
  for (let index = 0; index < predictions; index += 1) {
    const start = performance.now();
    asked.push(ask(origin, prediction).then(() => performance.now() - start));
    await sleep(everyMs);
  }
  const latencies = (await Promise.all(asked)).sort((a, b) => a - b);
  await Promise.all(sleepers);
  return { medianMs: latencies[Math.floor(latencies.length / 2)]!, worstMs: latencies.at(-1)! };
}
