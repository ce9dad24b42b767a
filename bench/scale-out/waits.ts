import { setTimeout as sleep } from 'node:timers/promises';
import { balancerUrl } from './load-balancer.js';
import { addressOf } from './network.js';

/** How long a slow call takes, in s. */
const SLOW_S = 3;
const SLOW_CLIENTS = 3;
const CALLS = 16;
const FAST_CLIENTS = 4;

/** How long calls took beyond the time of R, in ms. */
export interface Waits {
  readonly slow: readonly number[];
  readonly fast: readonly number[];
  /** Number of calls that waited for more than 0.1 s in the queue of a replica. */
  readonly queued: number;
  readonly failed: number;
}

/**
 * Slow calls that never need more workers than there are free ones, beside fast ones. So a slow call that waits has been
 * sent to the wrong replica.
 */
export async function measureWaits(hosts: readonly number[]): Promise<Waits> {
  const slow: number[] = [];
  const fast: number[] = [];
  let failed = 0;
  let over = false;
  const ask = async (path: string, seconds: number, waits: number[]) => {
    const began = performance.now();
    const body = JSON.stringify({ seconds });
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${balancerUrl}${path}`, { method: 'POST', headers, body }).catch(
      () => undefined,
    );
    await response?.text();
    if (response?.ok !== true) failed += 1;
    waits.push(performance.now() - began - 1000 * seconds);
  };
  const fastClients = Array.from({ length: FAST_CLIENTS }, async () => {
    while (!over) {
      await ask('/brief', 0, fast);
      await sleep(20);
    }
  });
  await sleep(1500); // the replicas learn which requests are slow
  await Promise.all(
    Array.from({ length: SLOW_CLIENTS }, async () => {
      for (let call = 0; call < CALLS; call += 1) {
        await ask('/sleep', SLOW_S, slow);
        await sleep(300 * Math.random());
      }
    }),
  );
  over = true;
  await Promise.all(fastClients);
  const queued = await Promise.all(hosts.map(queuedOn));
  return { slow, fast, queued: queued.reduce((sum, count) => sum + count, 0), failed };
}

/** As the replica itself counts: the clients also wait for a busy processor. */
async function queuedOn(host: number): Promise<number> {
  const metrics = await (await fetch(`http://${addressOf(host)}:9000/metrics`)).text();
  const count = (bound: string) =>
    Number(new RegExp(`queue_wait_seconds_bucket\\{le="${bound}"\\} (\\d+)`).exec(metrics)![1]);
  return count('\\+Inf') - count('0.1');
}

export function describeWaits({ failed, fast, queued, slow }: Waits): string {
  const longest = (waits: readonly number[]) => `${(Math.max(...waits) / 1000).toFixed(2)} s`;
  const calls = slow.length + fast.length;
  return `${queued} of ${calls} | ${longest(slow)} | ${longest(fast)} | ${failed}`;
}
