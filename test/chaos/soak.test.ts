import { afterAll, expect, test } from 'vitest';
import type { ServedApp } from '../support/server.js';
import { check } from './checker.js';
import { growth, type Holding, holdingOf } from './growth.js';
import { report, scale } from './scale.js';
import { Site } from './site.js';

const MB = 1024 * 1024;

/** Bytes that a process may have grown by: what R and Node still take after a third of the time is not a leak. */
const LEAST_LEAK = 8 * MB;

const site = new Site();
afterAll(() => site.close());

/** Holdings by process, looked at throughout; each of them is to live as long. */
async function watch(app: ServedApp, minutes: number): Promise<Map<number, Holding[]>> {
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  const series = new Map<number, Holding[]>(
    [app.pid, ...workers.map(({ pid }) => pid)].map((pid) => [pid, []]),
  );
  const ms = minutes * 60_000;
  const interval = Math.min(5000, ms / 60);
  for (const endsAt = performance.now() + ms; performance.now() < endsAt; ) {
    for (const [pid, holdings] of series) holdings.push(holdingOf(pid));
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
  return series;
}

const most = (series: Map<number, Holding[]>, of: (holding: Holding) => number): number =>
  Math.max(...[...series.values()].map((holdings) => growth(holdings.map(of))));

test('memory and descriptors of gateway and workers stay flat under mixed load', {
  timeout: scale.timeout,
}, async () => {
  const app = await site.serve(2);
  const traffic = site.traffic(app, { pause: 40 });
  const series = await watch(app, scale.soak);
  const { faults, requests } = check(await traffic.stop(), site.ledger, 0);
  expect(faults).toEqual([]);
  await app.stop();
  const grown = [...series].map(([pid, holdings]) => {
    const memory = growth(holdings.map((holding) => holding.memory));
    const descriptors = growth(holdings.map((holding) => holding.descriptors));
    const ends = [holdings[Math.floor(holdings.length / 3)]!, holdings.at(-1)!].map(
      (holding) => holding.memory,
    );
    const from = ends.map((bytes) => (bytes / MB).toFixed(1)).join(' to ');
    return {
      memory,
      descriptors,
      text: `${pid === app.pid ? 'gateway' : 'worker'} ${from} MB (${(memory / MB).toFixed(1)})`,
    };
  });
  report(
    'Mixed load',
    `${scale.soak} minutes, ${requests} requests, none failed; after a third of the time and at the end ` +
      `(growth from the second to the last third): ${grown.map(({ text }) => text).join(', ')}; descriptors ` +
      `${grown.map(({ descriptors }) => descriptors).join(', ')}`,
  );
  for (const { descriptors, memory } of grown) {
    expect(memory).toBeLessThan(LEAST_LEAK);
    expect(descriptors).toBeLessThanOrEqual(2);
  }
});

test('an app that leaks is found by the same measure', { timeout: scale.timeout }, async () => {
  const app = await site.serve(2);
  const traffic = site.traffic(app, { clients: 2, paths: [['POST', '/leak']], prefix: 'leak-', pause: 20 });
  const grown = most(await watch(app, Math.max(1, scale.soak / 10)), ({ memory }) => memory);
  const { answered } = check(await traffic.stop(), site.ledger, 0);
  await app.stop();
  report(
    'An app that leaks 20 KB a request',
    `found: ${(grown / MB).toFixed(1)} MB after ${answered} requests`,
  );
  expect(grown).toBeGreaterThan(LEAST_LEAK);
});
