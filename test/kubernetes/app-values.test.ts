import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appFiles, sizingFile } from '../../src/app/app-files.js';
import { findApp } from '../../src/app/find-app.js';
import { type Config, defaultConfig, loadConfig } from '../../src/config/load.js';
import { planDeployment, valuesFor } from '../../src/kubernetes/app-values.js';

const measured = { loadTime: 1500, memory: 100 * 1024 ** 2, longestTimeout: 0, hazards: [] };

function fileWith(text: string): Config {
  const path = join(folder, 'penstock.yaml');
  writeFileSync(path, text);
  return loadConfig({ flags: {}, env: {}, appDir: folder });
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-values-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

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
  expect(values({ workers: '2' }).resources).toEqual({ cpu: '300m', memory: '640Mi', storage: '4Gi' });
  expect(values({ workers: '2..8' })).toMatchObject({
    workers: '2..8',
    resources: { cpu: '900m', memory: '1728Mi' },
  });
  expect(values({ memory: '3gb', cpu: '2' }, undefined).resources).toMatchObject({
    cpu: '2',
    memory: '3072Mi',
  });
});

test('the autoscaler adds pods before the workers need more CPU than a pod requests, if the user set that', async () => {
  expect(values({ workers: '2' }).autoscaling.cpu).toBe('1000m');
  expect(values({ workers: '2', cpu: '4' }).autoscaling.cpu).toBe('1000m');
  // Fifty workers mostly wait.
  expect(values({ workers: '50', cpu: '4' }).autoscaling.cpu).toBe('3000m');
  expect(values({ workers: '2', cpu: '500m' }).autoscaling.cpu).toBe('375m');
  const app = { kind: 'plumber', directory: folder, file: join(folder, 'plumber.R'), entry: 'file' } as const;
  const warnings = async (flags: Record<string, string>) => {
    const all = { memory: '8gb', ...flags };
    const config = loadConfig({ flags: all, env: {}, appDir: '/nonexistent' });
    return (await planDeployment(app, config, 'v1')).warnings;
  };
  expect(await warnings({ workers: '50' })).toEqual([
    expect.stringMatching(/25 cores per pod.*--cpu.*--autoscaler keda/),
  ]);
  for (const set of [{ cpu: '4' }, { autoscaler: 'external' }, { pods: '3' }, { workers: '8' }])
    expect(await warnings({ workers: '50', ...set })).toEqual([]);
});

test('a pod with little memory gets one worker, unless the user sets another number', () => {
  expect(values({ memory: '300mb' }, undefined).workers).toBe('1');
  expect(values({ memory: '300mb', workers: '2' }, undefined).workers).toBe('2');
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
  [{ cpu: '0' }, /expected cores/],
  [{ cpu: '0.0' }, /expected cores/],
  [{ memory: '1kb' }, /expected a size/],
  [{ name: 'My_App' }, /expected a name of lowercase letters/],
  [{ namespace: 'a.b' }, /expected a namespace name/],
])('rejects %j and gives the reason', (flags, reason) => {
  expect(() => values(flags as unknown as Record<string, string>)).toThrow(reason);
});

test('two pods fit on a local cluster of two cores, and a third during an update', () => {
  const systemPods = 950;
  expect(systemPods + 3 * Number.parseInt(values({}).resources.cpu, 10)).toBeLessThanOrEqual(2000);
});

test('options that matter at run time reach the pods', () => {
  expect(values({ timeout: '5m', 'load-timeout': '15m' }).env).toEqual([
    { name: 'PENSTOCK_LOAD_TIMEOUT', value: '15m' },
    { name: 'PENSTOCK_TIMEOUT', value: '5m' },
  ]);
  const env = { PENSTOCK_QUEUE_LIMIT: '7', PENSTOCK_RSCRIPT: '/opt/R', PENSTOCK_LOG_FORMAT: 'pretty' };
  const config = loadConfig({ env, appDir: '/nonexistent' });
  expect(valuesFor({ name: 'api', version: 'v1', config, measured }).env).toEqual([
    { name: 'PENSTOCK_QUEUE_LIMIT', value: '7' },
  ]);
});

test('Kubernetes waits as long as an app may take to load', () => {
  const { progressSeconds, startupSeconds } = values({ 'load-timeout': '15m' });
  expect(startupSeconds).toBeGreaterThan(900);
  expect(progressSeconds).toBeGreaterThan(startupSeconds);
});

test('the section `kubernetes` sets values, and the command line overrides its variables', () => {
  const config = fileWith(`
pods: 3
kubernetes:
  podLabels: { team: data }
  networkPolicy: { monitoringNamespace: prometheus }
  env:
    - { name: A, value: b }
    - { name: PENSTOCK_TIMEOUT, value: 1m }
`);
  const found = valuesFor({ name: 'api', version: 'v1', config, measured });
  expect(found).toMatchObject({
    replicas: 3,
    podLabels: { team: 'data' },
    networkPolicy: { enabled: true, monitoringNamespace: 'prometheus' },
  });
  expect(found.env.map(({ name }) => name)).toEqual(['A', 'PENSTOCK_TIMEOUT']);
  const flags = { timeout: '2m' };
  const both = loadConfig({ flags, env: {}, appDir: folder });
  expect(valuesFor({ name: 'api', version: 'v1', config: both, measured }).env).toEqual([
    { name: 'A', value: 'b' },
    { name: 'PENSTOCK_TIMEOUT', value: '2m' },
  ]);
});

test.each([
  ['  podLabel: {}', /penstock\.yaml:2: `kubernetes\.podLabel`: unknown key/],
  ['  replicas: 3', /penstock\.yaml:2: `kubernetes\.replicas`: set the option `pods` instead/],
  ['  autoscaling:\n    min: 2', /penstock\.yaml:3: .*set the option `pods`/],
  ['  user: root', /penstock\.yaml:2: `kubernetes\.user` must be integer/],
  ['  env: [oops]', /`kubernetes\.env\.0` must be object/],
  ['  env:\n    - name: PENSTOCK_PORT', /penstock\.yaml:3: .*must NOT be valid/],
  ['  startupSeconds: 5000', /progressSeconds is not greater than startupSeconds/],
  ['  ingress: { enabled: true }', /ingress\.enabled requires ingress\.hosts/],
])('rejects the section `kubernetes` with %j, and says where', (text, message) => {
  const config = fileWith(`kubernetes:\n${text}\n`);
  expect(() => valuesFor({ name: 'api', version: 'v1', config, measured })).toThrow(message);
});

test('with measured sizes in the app, manifests need no R and are the same each time', async () => {
  const directory = join(folder, 'sized');
  mkdirSync(directory);
  writeFileSync(join(directory, 'plumber.R'), '#* @get /\nfunction() 1\n');
  const sizing = { loadSeconds: 12.3, workerMemoryMb: 100, longestTimeoutSeconds: 90 };
  writeFileSync(join(directory, sizingFile), JSON.stringify(sizing));
  const app = findApp(directory);
  const config = loadConfig({ flags: { rscript: '/nonexistent/Rscript' }, env: {}, appDir: directory });
  const { values: once } = await planDeployment(app, config, 'v1');
  expect(once).toMatchObject({ startupSeconds: 123, resources: { memory: '640Mi' } });
  expect(once.shutdown.requestSeconds).toBe(92);
  expect((await planDeployment(app, config, 'v1')).values).toEqual(once);
  expect(appFiles(app)).toEqual(['plumber.R']);

  writeFileSync(join(directory, sizingFile), '{"loadSeconds": 1}');
  await expect(planDeployment(app, config, 'v1')).rejects.toThrow(
    /penstock-sizing\.json: `longestTimeoutSeconds`/,
  );
});

test('a configuration file outside of the app becomes part of the manifests', async () => {
  const directory = join(folder, 'elsewhere');
  mkdirSync(directory);
  writeFileSync(join(directory, 'plumber.R'), '');
  const path = join(folder, 'production.yaml');
  writeFileSync(path, 'timeout: 5m\nmemory: 512mb\n');
  const config = loadConfig({ flags: { config: path }, env: {}, appDir: directory });
  const { values } = await planDeployment(findApp(directory), config, 'v1');
  expect(values.config).toBe('timeout: 5m\nmemory: 512mb\n');
  expect(values.shutdown.requestSeconds).toBe(302);
});
