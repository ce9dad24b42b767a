import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../contender.js';
import { ask, prediction, slow } from '../question.js';

const predictions = 10;
const everyMs = 100;
/** Time until all slow requests are running. */
const settleMs = 300;

/** Latency of predictions while slow requests run. */
export interface BehindSlowRound {
  readonly medianMs: number;
  readonly worstMs: number;
}

/** Lets every R process answer once, because the first call of a function takes R much longer. */
export async function warmUp({ origin }: Target): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(Array.from({ length: 16 }, () => ask(origin, prediction)));
  }
}

/** Sends predictions at fixed times without waiting for earlier answers, like independent clients. */
export async function runBehindSlow({ origin }: Target, slowOnes: number): Promise<BehindSlowRound> {
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
