import { afterAll, expect, test } from 'vitest';
import type { ServedApp } from '../support/server.js';
import { check } from './checker.js';
import { growth, type ResourceUsage, resourceUsageOf } from './growth.js';
import { report, scale } from './scale.js';
import { Site } from './site.js';

const MB = 1024 * 1024;

/** Growth below this is not a leak: R and Node still allocate some memory after the warm-up third. */
const MIN_LEAK_BYTES = 8 * MB;

const site = new Site();
afterAll(() => site.close());

/** Samples the resource usage of each process. Each process must run until the end. */
async function watch(app: ServedApp, minutes: number): Promise<Map<number, ResourceUsage[]>> {
  const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
  const series = new Map<number, ResourceUsage[]>(
    [app.pid, ...workers.map(({ pid }) => pid)].map((pid) => [pid, []]),
  );
  const ms = minutes * 60_000;
  const interval = Math.min(5000, ms / 60);
  for (const endsAt = performance.now() + ms; performance.now() < endsAt; ) {
    for (const [pid, samples] of series) samples.push(resourceUsageOf(pid));
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
  return series;
}

const largestGrowth = (series: Map<number, ResourceUsage[]>, of: (usage: ResourceUsage) => number): number =>
  Math.max(...[...series.values()].map((samples) => growth(samples.map(of))));

test('memory and file descriptors of the gateway and the workers do not grow under mixed load', {
  timeout: scale.testTimeoutMs,
}, async () => {
  const app = await site.serve(2);
  const traffic = site.traffic(app, { pauseMs: 40 });
  const series = await watch(app, scale.soakMinutes);
  const { faults, requests } = check(await traffic.stop(), site.ledger, 0);
  expect(faults).toEqual([]);
  await app.stop();
  const grown = [...series].map(([pid, samples]) => {
    const memory = growth(samples.map((usage) => usage.memory));
    const descriptors = growth(samples.map((usage) => usage.descriptors));
    const ends = [samples[Math.floor(samples.length / 3)]!, samples.at(-1)!].map((usage) => usage.memory);
    const from = ends.map((bytes) => (bytes / MB).toFixed(1)).join(' to ');
    return {
      memory,
      descriptors,
      text: `${pid === app.pid ? 'gateway' : 'worker'} ${from} MB (${(memory / MB).toFixed(1)})`,
    };
  });
  report(
    'Mixed load',
    `${scale.soakMinutes} minutes, ${requests} requests, none failed; after a third of the time and at the end ` +
      `(growth from the second to the last third): ${grown.map(({ text }) => text).join(', ')}; file descriptors ` +
      `${grown.map(({ descriptors }) => descriptors).join(', ')}`,
  );
  for (const { descriptors, memory } of grown) {
    expect(memory).toBeLessThan(MIN_LEAK_BYTES);
    expect(descriptors).toBeLessThanOrEqual(2);
  }
});

test('the same measurement detects an app that leaks', { timeout: scale.testTimeoutMs }, async () => {
  const app = await site.serve(2);
  const traffic = site.traffic(app, {
    clients: 2,
    paths: [['POST', '/leak']],
    idPrefix: 'leak-',
    pauseMs: 20,
  });
  const grown = largestGrowth(await watch(app, Math.max(1, scale.soakMinutes / 10)), ({ memory }) => memory);
  const { answered } = check(await traffic.stop(), site.ledger, 0);
  await app.stop();
  report(
    'An app that leaks 20 KB per request',
    `detected: ${(grown / MB).toFixed(1)} MB after ${answered} requests`,
  );
  expect(grown).toBeGreaterThan(MIN_LEAK_BYTES);
});
