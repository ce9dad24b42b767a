import { expect, test } from 'vitest';
import { registerLiveMetrics } from '../../src/admin/live-metrics.js';
import type { Status } from '../../src/admin/status.js';
import type { WorkerViews } from '../../src/admin/worker-views.js';
import { Metrics } from '../../src/observe/metrics.js';

/** All metrics that /metrics can contain, with name, type and help. */
async function allMetrics(): Promise<{ name: string; type: string; help: string }[]> {
  const { registry } = new Metrics({
    appVersion: '1',
    workers: () => ({ idle: 1 }),
    queued: () => 0,
    running: () => 0,
    open: () => 0,
    bodies: { memory: { used: 0 }, files: { used: 0 } },
    responseBytes: () => 0,
    logLinesLost: () => 0,
  });
  const workers = { all: [], weigh: async () => {} } as unknown as WorkerViews;
  registerLiveMetrics(registry, { workers, status: () => ({ finishing: [] }) as unknown as Status });
  const text = await registry.metrics();
  const helps = new Map(
    [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, help]) => [name!, help!] as const),
  );
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({
    name: name!,
    type: type!,
    help: helps.get(name!) ?? '',
  }));
}

test('metrics are named and described as Prometheus recommends', async () => {
  const all = await allMetrics();
  expect(all.length).toBeGreaterThan(50);
  for (const { help, name, type } of all) {
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    expect(help, name).not.toBe('');
    expect(name).toMatch(/^penstock_[a-z0-9_]+$/);
    expect(name, 'base units are seconds, bytes and ratios').not.toMatch(
      /_(ms|milliseconds|us|microseconds|minutes|hours|kb|kilobytes|mb|megabytes|percent)(_|$)/,
    );
  }
});
