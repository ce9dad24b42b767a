import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { objectsFor } from '../../../src/kubernetes/documents.js';
import { helmChart } from '../../../src/kubernetes/helm-chart.js';
import { Kubectl } from '../../../src/kubernetes/kubectl.js';
import { kustomization } from '../../../src/kubernetes/kustomize.js';
import { patchedObjects } from '../../../src/kubernetes/patched-objects.js';
import type { Values } from '../../../src/kubernetes/values.js';
import { brokenRules } from '../manifest-rules.js';
import { describeSwitches, manyCombinations, plainValues } from '../switches.js';
import { type AnyObject, helm, kubectl, objectsIn, output } from './tools.js';

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

/** Helm's objects without what only a release has: its namespace, and the labels of Helm and the chart. */
function withoutRelease(text: string, namespace: string): Map<string, AnyObject> {
  const plain = text
    .replaceAll('managed-by: "Helm"', 'managed-by: "penstock"')
    .replace(/^ *helm\.sh\/chart: .*\n/gm, '');
  return objectsIn(namespace === '' ? plain.replaceAll(/^ {2}namespace: "default"\n/gm, '') : plain);
}

function rendered(...args: string[]): Promise<string> {
  return output(helm, 'template', 'mtcars', chart, '--namespace', 'default', ...args);
}

test('Kustomize and Helm render the same objects for combinations of all parts', {
  timeout: 240_000,
}, async () => {
  for (const [index, values] of manyCombinations().entries()) {
    const own = join(folder, String(index));
    write(own, kustomization(values));
    const { name: _name, namespace, managedBy: _managedBy, chart: _chart, ...chartValues } = values;
    writeFileSync(join(own, 'values.yaml'), stringify(chartValues));
    const [kustomized, templated] = await Promise.all([
      output(kubectl, 'kustomize', join(own, 'base')),
      output(
        helm,
        ...['template', 'mtcars', chart, '--namespace', namespace || 'default', '--skip-tests'],
        ...['--values', join(own, 'values.yaml')],
      ),
    ]);
    const objects = objectsIn(kustomized);
    expect(objects.size, describeSwitches(values)).toBeGreaterThan(3);
    expect(withoutRelease(templated, namespace), describeSwitches(values)).toEqual(objects);
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

test('overlays that are kept follow a new version, another number of pods and another namespace', async () => {
  const plain = plainValues();
  const own = join(folder, 'kept');
  const first: Values = {
    ...plain,
    namespace: 'apis',
    autoscaling: { ...plain.autoscaling, by: 'keda' },
    replicas: 3,
  };
  write(own, kustomization(first));
  const overlay = join(own, 'overlays/production/kustomization.yaml');
  writeFileSync(overlay, readFileSync(overlay, 'utf8').replace('namespace: apis', 'namespace: shop'));
  const again = kustomization({ ...first, image: 'mtcars:2', version: '2' });
  write(own, new Map([...again].filter(([path]) => !path.startsWith('overlays/'))));
  const objects = objectsIn(await output(kubectl, 'kustomize', join(own, 'overlays/production')));
  expect(objects.get('Deployment/mtcars')).toMatchObject({
    metadata: { namespace: 'shop' },
    spec: { template: { spec: { containers: [{ image: 'mtcars:2' }] } } },
  });
  expect(objects.get('Deployment/mtcars')!.spec).not.toHaveProperty('replicas');
  expect(objects.get('ScaledObject/mtcars')).toMatchObject({
    spec: { triggers: [{ metadata: { url: 'http://mtcars-admin.shop.svc:9000/scale' } }] },
  });
});

test('patches of penstock.yaml change the objects that are printed and deployed', async () => {
  const kubectlHere = new Kubectl({ program: kubectl });
  const patches = [
    {
      patch: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'mtcars' },
        spec: {
          template: { spec: { containers: [{ name: 'penstock', env: [{ name: 'EXTRA', value: '1' }] }] } },
        },
      },
    },
    { target: { kind: 'Service' }, patch: '- { op: add, path: /metadata/annotations, value: { a: b } }' },
  ];
  const objects = await patchedObjects(kubectlHere, plainValues(), patches);
  const plain = [...objectsFor(plainValues()).values()];
  expect(objects.map(({ kind }) => kind)).toEqual(plain.map(({ kind }) => kind));
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
    spec: { template: { spec: { containers: { env: { name: string }[] }[] } } };
  };
  const names = deployment.spec.template.spec.containers[0]!.env.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['EXTRA', 'PENSTOCK_PORT']));
  for (const { kind, metadata } of objects)
    if (kind === 'Service') expect(metadata).toMatchObject({ annotations: { a: 'b' } });
});

test('a release whose name cannot name a Service is refused, unless another name is set', async () => {
  const named = (...more: string[]) => output(helm, 'template', '2rel', chart, ...more);
  await expect(named()).rejects.toThrow(/"2rel" cannot name the objects.*Set fullnameOverride/);
  expect(objectsIn(await named('--set', 'fullnameOverride=rel2')).has('Service/rel2')).toBe(true);
});

test('the chart accepts what `helm create` has, and clusters from Kubernetes 1.30', async () => {
  const set = ['podAnnotations.a=b', 'serviceAccount.create=true', 'nodeSelector.disk=ssd', 'user=0'];
  const text = await rendered('--kube-version', '1.30.0', '--set', set.join(','));
  expect(objectsIn(text).get('Deployment/mtcars')).toMatchObject({
    spec: { template: { metadata: { annotations: { a: 'b' } }, spec: { serviceAccountName: 'mtcars' } } },
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
  ['httpRoute.enabled=true', /requires httpRoute\.hostnames and httpRoute\.parentRefs/],
  ['canary.enabled=true', /canary\.enabled requires canary\.image/],
  ['autoscaling.by=knative', /autoscaling\/by|autoscaling\.by/],
  ['replica=3', /replica/],
  ['replicas=many', /replicas/],
  ['service.port=70000', /service\/port|service\.port/],
  ['shutdown.preStopSeconds=1', /preStopSeconds/],
  ['resources.memory=lots', /memory/],
  ['image=', /image/],
  ['version=a b', /version/],
  ['env[0]=oops', /env/],
  ['env[0].name=PENSTOCK_PORT', /env/],
  ['podAnnotations.a=1', /podAnnotations/],
  ['ingress.enabled=true', /ingress\.enabled requires ingress\.hosts/],
  ['startupSeconds=5000', /progressSeconds is not greater/],
  ['fullnameOverride=2rel', /fullnameOverride/],
])('Helm rejects %s and gives the reason', async (set, reason) => {
  await expect(rendered('--set', set)).rejects.toThrow(reason);
});
