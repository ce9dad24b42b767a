import { expect, test } from 'vitest';
import { defaultConfig, loadConfig } from '../../src/config/load.js';
import { valuesFor } from '../../src/kubernetes/app-values.js';

const measured = { loadTime: 1500, memory: 100 * 1024 ** 2, longestTimeout: 0, hazards: [] };

function values(flags: Record<string, string>, seen: typeof measured | undefined = measured) {
  const config = loadConfig({ flags, env: {}, appDir: '/nonexistent' });
  return valuesFor({ name: 'api', version: 'v1', config, measured: seen });
}

test('the grace period covers the preStop wait, the longest deadline and the shutdown', () => {
  const { shutdown } = values({ timeout: '5m' });
  expect(shutdown).toEqual({ preStopSeconds: 5, requestSeconds: 302, graceSeconds: 317 });
  const slowRoute = { ...measured, longestTimeout: 600_000 };
  expect(values({ timeout: '5m' }, slowRoute).shutdown.requestSeconds).toBe(602);
});

test('memory and CPU depend on the number of workers and the memory of one', () => {
  expect(values({ workers: '2' }).resources).toEqual({ cpu: '1250m', memory: '640Mi' });
  expect(values({ workers: '2..8' })).toMatchObject({
    workers: '2..8',
    resources: { cpu: '4250m', memory: '1728Mi' },
  });
  expect(values({ memory: '3gb', cpu: '2' }, undefined).resources).toEqual({ cpu: '2', memory: '3072Mi' });
});

test('a pod may take ten times as long to start as the app took to load on this machine', () => {
  expect(values({}).startupSeconds).toBe(60);
  expect(
    valuesFor({
      name: 'a',
      version: '1',
      config: defaultConfig(),
      measured: { ...measured, loadTime: 30_000 },
    }).startupSeconds,
  ).toBe(300);
});

test('a range of pods gets an autoscaler, a fixed number does not', () => {
  expect(values({ pods: '3' })).toMatchObject({ replicas: 3, autoscaling: { by: 'none' } });
  expect(values({ pods: '2..6', autoscaler: 'keda' })).toMatchObject({
    autoscaling: { by: 'keda', min: 2, max: 6 },
  });
});

test('an image without a tag gets the version as its tag', () => {
  expect(values({}).image).toBe('api:v1');
  expect(values({ image: 'registry.example.org:5000/team/api' }).image).toBe(
    'registry.example.org:5000/team/api:v1',
  );
  expect(values({ image: 'api:7' }).image).toBe('api:7');
});

test.each([
  [{ pods: '5..2' }, /--pods: expected a number of pods/],
  [{ pods: '0' }, /expected a number of pods/],
  [{ autoscaler: 'knative' }, /expected one of cpu, keda/],
  [{ 'http-route': 'api.example.org' }, /requires `gateway`/],
  [{ image: 'two words' }, /expected an image name/],
  [{ cpu: '-1' }, /expected cores/],
  [{ memory: '1kb' }, /expected a size/],
  [{ name: 'My_App' }, /expected a name of lowercase letters/],
  [{ namespace: 'a.b' }, /expected a namespace name/],
])('rejects %j and gives the reason', (flags, reason) => {
  expect(() => values(flags as unknown as Record<string, string>)).toThrow(reason);
});
