import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { helmChart } from '../../../src/kubernetes/helm-chart.js';
import { kustomization } from '../../../src/kubernetes/kustomize.js';
import type { Values } from '../../../src/kubernetes/values.js';
import { brokenRules } from '../manifest-rules.js';
import { describeSwitches, everyCombination, plainValues } from '../switches.js';
import { helm, kubectl, objectsIn, output } from './tools.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-render-'));
const chart = join(folder, 'chart');
beforeAll(() => write(chart, helmChart(plainValues(), '1.2.3')));
afterAll(() => rmSync(folder, { recursive: true }));

function write(into: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    writeFileSync(join(into, path), text);
  }
}

function rendered(...args: string[]): Promise<string> {
  return output(helm, 'template', 'mtcars', chart, '--namespace', 'default', ...args);
}

test('Kustomize and Helm render the same objects for every combination', { timeout: 240_000 }, async () => {
  for (const [index, values] of everyCombination().entries()) {
    const own = join(folder, String(index));
    write(own, kustomization(values));
    const { name: _name, namespace: _namespace, ...chartValues } = values;
    writeFileSync(join(own, 'values.yaml'), stringify(chartValues));
    const [kustomized, templated] = await Promise.all([
      output(kubectl, 'kustomize', join(own, 'base')),
      rendered('--values', join(own, 'values.yaml')),
    ]);
    const objects = objectsIn(kustomized);
    expect(objects.size, describeSwitches(values)).toBeGreaterThan(3);
    expect(objectsIn(templated), describeSwitches(values)).toEqual(objects);
  }
});

test('each overlay changes what it is for and follows the rules', async () => {
  const values: Values = {
    ...plainValues(),
    namespace: 'apis',
    image: 'registry.example.org:5000/team/mtcars:7',
  };
  write(join(folder, 'overlays'), kustomization(values));
  const overlay = async (name: string) =>
    objectsIn(await output(kubectl, 'kustomize', join(folder, 'overlays/overlays', name)));
  const local = await overlay('local');
  const production = await overlay('production');
  for (const objects of [local, production]) expect(brokenRules([...objects.values()])).toEqual([]);
  expect(local.get('Service/mtcars')).toMatchObject({ spec: { type: 'NodePort' } });
  expect(local.get('HorizontalPodAutoscaler/mtcars')).toMatchObject({ spec: { minReplicas: 1 } });
  expect(production.get('HorizontalPodAutoscaler/mtcars')).toMatchObject({ spec: { minReplicas: 3 } });
  expect(production.get('Deployment/mtcars')).toMatchObject({
    metadata: { namespace: 'apis' },
    spec: { template: { spec: { containers: [{ image: 'registry.example.org:5000/team/mtcars:7' }] } } },
  });
});

test('the chart passes helm lint and can be packaged', async () => {
  expect(await output(helm, 'lint', '--strict', chart)).toContain('0 chart(s) failed');
  expect(await output(helm, 'package', chart, '--destination', folder)).toContain('mtcars-1.2.3.tgz');
});

test('a release uses its own name and namespace', async () => {
  const text = await output(
    helm,
    'template',
    'blue',
    chart,
    '--namespace',
    'apis',
    '--set',
    'autoscaling.by=keda',
  );
  const objects = objectsIn(text);
  expect(objects.has('Deployment/blue')).toBe(true);
  expect(objects.get('ScaledObject/blue')).toMatchObject({
    spec: { triggers: [{ metadata: { url: 'http://blue-admin.apis.svc:9000/scale' } }] },
  });
});

test.each([
  ['autoscaling.min=20', /autoscaling\.min is greater than autoscaling\.max/],
  ['shutdown.graceSeconds=60', /graceSeconds is less than/],
  ['httpRoute.enabled=true', /requires httpRoute\.host and httpRoute\.gateway/],
  ['canary.enabled=true', /canary\.enabled requires canary\.image/],
  ['autoscaling.by=knative', /autoscaling\/by|autoscaling\.by/],
  ['replica=3', /replica/],
  ['replicas=many', /replicas/],
  ['service.port=70000', /service\/port|service\.port/],
  ['shutdown.preStopSeconds=1', /preStopSeconds/],
  ['resources.memory=lots', /memory/],
  ['image=', /image/],
  ['version=a b', /version/],
])('Helm rejects %s and gives the reason', async (set, reason) => {
  await expect(rendered('--set', set)).rejects.toThrow(reason);
});
