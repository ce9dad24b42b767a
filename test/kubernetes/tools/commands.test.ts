import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { crashing, ready, testCluster } from './cluster.js';
import type { Any } from './store.js';

const cluster = testCluster();
const imageOf = ({ spec }: Any): string => spec.containers[0].image;

test('deploy starts everything and prints the address', { timeout: 60_000 }, async () => {
  const { code, stderr, stdout } = await cluster.deploy(
    '--image',
    'mtcars:1',
    '--pods',
    '3..6',
    '--app-version',
    'one',
  );
  expect(stderr).toContain('mtcars: 3 of 3 pods ready');
  expect(stdout).toContain(
    'mtcars one is available at http://127.0.0.1:8000/ after `kubectl port-forward service/mtcars 8000:80`',
  );
  expect(code).toBe(0);
  expect(cluster.list('Service').map(({ metadata }) => metadata.name)).toEqual(['mtcars', 'mtcars-admin']);
  expect(cluster.get('HorizontalPodAutoscaler', 'mtcars').spec).toMatchObject({
    minReplicas: 3,
    maxReplicas: 6,
  });
});

test('logs --previous shows the containers that were restarted, whatever the other pods have', {
  timeout: 60_000,
}, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2');
  const [restarted] = cluster.list('Pod').map(({ metadata }) => metadata.name);
  const isRestarted = ({ metadata }: Any) => metadata.name === restarted;
  cluster.behave({
    status: (pod) => ({
      ...ready,
      containerStatuses: [{ ...ready.containerStatuses[0], restartCount: isRestarted(pod) ? 1 : 0 }],
    }),
    log: (pod, previous) => (previous && !isRestarted(pod) ? undefined : 'out of memory\n'),
  });
  const { code, stdout } = await cluster.penstock('logs', 'mtcars', '--previous');
  expect([code, stdout]).toEqual([0, `[pod/${restarted}/penstock] out of memory\n`]);
});

test('status sums up a thousand pods within some seconds, over one program', {
  timeout: 120_000,
}, async () => {
  const labels = {
    'app.kubernetes.io/name': 'mtcars',
    'app.kubernetes.io/instance': 'mtcars',
    'app.kubernetes.io/component': 'r-api',
    'app.kubernetes.io/version': 'one',
    track: 'stable',
  };
  for (let index = 0; index < 1000; index += 1) {
    const metadata = { name: `mtcars-${index}`, namespace: 'default', labels };
    const spec = { nodeName: `node-${index % 100}`, containers: [{ name: 'penstock' }] };
    cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
  }
  cluster.behave({ admin: () => metricsOf(100) });
  const before = cluster.requests;
  const began = performance.now();
  const { stdout } = await cluster.penstock('status', 'mtcars');
  expect(performance.now() - began).toBeLessThan(20_000);
  // Two samples, each a list and one request for each pod.
  expect(cluster.requests - before).toBeLessThan(2010);
  expect(stdout).toMatch(/^one +serving +1000 +100 +2000 +2000 +5000 +/m);
  expect(stdout.trim().split('\n')).toHaveLength(3);
});

test('--dry-run and --diff change nothing', { timeout: 60_000 }, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2');
  const before = cluster.changes.length;
  const dry = await cluster.deploy('--image', 'mtcars:2', '--pods', '2', '--dry-run');
  expect([dry.code, dry.stdout]).toEqual([
    0,
    expect.stringContaining('deployment.apps/mtcars serverside-applied (server dry run)'),
  ]);
  const diff = await cluster.deploy('--image', 'mtcars:2', '--pods', '2', '--diff');
  expect([diff.code, diff.stdout]).toEqual([
    0,
    expect.stringMatching(/-\s+image: mtcars:1\n\+\s+image: mtcars:2/),
  ]);
  expect(cluster.changes.length).toBe(before);
  expect(cluster.list('Pod').map(imageOf)).toEqual(['mtcars:1', 'mtcars:1']);
});

test('scale sets the number of pods, or the limits of the autoscaler if there is one', {
  timeout: 60_000,
}, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2');
  expect(await cluster.penstock('scale', 'mtcars', '--replicas', '4')).toMatchObject({ code: 0 });
  expect(cluster.list('Pod')).toHaveLength(4);
  const refused = await cluster.penstock('scale', 'mtcars', '--min', '2', '--max', '5');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('has no autoscaler')]);

  // A new autoscaler starts from the current number of pods, not from one.
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2..9');
  expect(cluster.get('Deployment', 'mtcars').spec.replicas).toBe(4);
  expect(await cluster.penstock('scale', 'mtcars', '--min', '6', '--max', '8')).toMatchObject({ code: 0 });
  expect(cluster.get('HorizontalPodAutoscaler', 'mtcars').spec).toMatchObject({
    minReplicas: 6,
    maxReplicas: 8,
  });
  expect(cluster.list('Pod')).toHaveLength(6);

  // A fixed number of pods deletes the autoscaler.
  const fixed = await cluster.deploy('--image', 'mtcars:1', '--pods', '2');
  expect(fixed.stderr).toContain('deleted horizontalpodautoscaler/mtcars');
  expect(cluster.list('Pod')).toHaveLength(2);
});

const metricsOf = (answered: number) =>
  [
    'penstock_app_info{version="one"} 1',
    'penstock_workers{state="idle"} 1',
    'penstock_workers{state="busy"} 1',
    'penstock_running 2',
    'penstock_queued 5',
    `penstock_requests_total{method="GET",status="200"} ${answered}`,
    'penstock_requests_total{method="GET",status="503"} 3',
    '',
  ].join('\n');

test('status shows what each pod reports', { timeout: 60_000 }, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2', '--app-version', 'one');
  let answered = 100;
  cluster.behave({
    admin: () => {
      answered += 10;
      return metricsOf(answered);
    },
  });
  const shown = await cluster.penstock('status', 'mtcars');
  expect(shown.stdout).toMatch(
    /^POD +VERSION +READY +STATE +WORKERS +RUNNING +QUEUED +REQ\/S +ANSWERED +5XX +RESTARTS +NODE$/m,
  );
  expect(shown.stdout).toMatch(/^mtcars-\S+ +one +yes +serving +2 +2 +5 +\d+ +\d+ +3 +0 +node-\d$/m);
  expect(shown.stdout).toMatch(/2 of 2 pods ready, [1-9]\d* requests\/s, 10 queued/);
  const { stdout } = await cluster.penstock('status', 'mtcars', '--json');
  expect(JSON.parse(stdout)).toHaveLength(2);
});

test('rollback restores the previous version', { timeout: 60_000 }, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2', '--app-version', 'one');
  await cluster.deploy('--image', 'mtcars:2', '--pods', '2', '--app-version', 'two');
  expect(cluster.list('Pod').map(imageOf)).toEqual(['mtcars:2', 'mtcars:2']);
  const { code, stdout } = await cluster.penstock('rollback', 'mtcars');
  expect([code, stdout]).toEqual([0, 'mtcars now serves version one\n']);
  expect(cluster.list('Pod').map(imageOf)).toEqual(['mtcars:1', 'mtcars:1']);
});

test('a canary runs beside the current version until the next deploy removes it', {
  timeout: 60_000,
}, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '3', '--app-version', 'one');
  const tried = await cluster.deploy(
    '--image',
    'mtcars:2',
    '--pods',
    '3',
    '--app-version',
    'two',
    '--canary',
    '25',
    ...['--timeout', '7m'],
  );
  expect(tried.code).toBe(0);
  // The options of a canary are its own.
  const timeoutOf = (name: string) =>
    cluster
      .get('Deployment', name)
      .spec.template.spec.containers[0].env.find((one: Any) => one.name === 'PENSTOCK_TIMEOUT')?.value;
  expect([timeoutOf('mtcars'), timeoutOf('mtcars-canary')]).toEqual([undefined, '7m']);
  expect(cluster.list('Pod').map(imageOf).sort()).toEqual(['mtcars:1', 'mtcars:1', 'mtcars:1', 'mtcars:2']);
  await cluster.deploy('--image', 'mtcars:2', '--pods', '3', '--app-version', 'two');
  expect(cluster.list('Pod').map(imageOf)).toEqual(['mtcars:2', 'mtcars:2', 'mtcars:2']);
  expect(cluster.get('Deployment', 'mtcars-canary')).toBeUndefined();
});

test('a gateway sends requests to a canary only if its pods are ready', { timeout: 60_000 }, async () => {
  const route = ['--http-route', 'api.example.org', '--gateway', 'web', '--pods', '2'];
  const weights = () =>
    cluster
      .get('HTTPRoute', 'mtcars')
      .spec.rules[0].backendRefs.map(({ name, weight }: Any) => `${name} ${weight}`);
  await cluster.deploy('--image', 'mtcars:1', ...route);
  expect(weights()).toEqual(['mtcars 1']);
  cluster.behave({ status: (pod) => (imageOf(pod) === 'mtcars:2' ? crashing : ready) });
  const broken = await cluster.deploy('--image', 'mtcars:2', ...route, '--canary', '10');
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('mtcars is still serving')]);
  expect(weights()).toEqual(['mtcars-stable 100', 'mtcars-canary 0']);
  await cluster.deploy('--image', 'mtcars:3', ...route, '--canary', '10');
  expect(weights()).toEqual(['mtcars-stable 90', 'mtcars-canary 10']);
  expect(await cluster.penstock('delete', 'mtcars', '--canary')).toMatchObject({ code: 0 });
  expect(weights()).toEqual(['mtcars 1']);
  expect(cluster.list('Pod').map(imageOf)).toEqual(['mtcars:1', 'mtcars:1']);
  expect(cluster.list('Service').map(({ metadata }) => metadata.name)).toEqual(['mtcars', 'mtcars-admin']);
});

test('HAProxy is ready before the Service of a running app leads to it', { timeout: 120_000 }, async () => {
  const pods = ['--image', 'mtcars:1', '--pods', '2'];
  await cluster.deploy(...pods);
  const before = cluster.changes.length;
  const { code, stderr } = await cluster.deploy(...pods, '--balancer', 'haproxy');
  expect(code, stderr).toBe(0);
  const changed = cluster.changes.slice(before);
  const at = (end: string) => changed.findIndex((change) => change.endsWith(end));
  expect(at('/deployments/mtcars-balancer')).toBeGreaterThanOrEqual(0);
  expect(at('/services/mtcars')).toBeGreaterThan(at('/deployments/mtcars-balancer'));
  const without = await cluster.deploy(...pods);
  expect(without.stderr).toContain('deleted deployment/mtcars-balancer');
  expect(cluster.list('Deployment').map(({ metadata }) => metadata.name)).toEqual(['mtcars']);
});

test('deploy creates the session key only once', { timeout: 60_000 }, async () => {
  const deploy = () => cluster.deploy('--image', 'mtcars:1', '--pods', '1', '--session-secret', 'keys');
  await deploy();
  const { key } = cluster.get('Secret', 'keys').stringData;
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  await deploy();
  expect(cluster.get('Secret', 'keys').stringData.key).toBe(key);
});

test('delete removes what deploy created and nothing else', { timeout: 60_000 }, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '1', '--session-secret', 'keys');
  await cluster.deploy('--image', 'mtcars:1', '--pods', '1', '--name', 'other');
  const { code, stdout } = await cluster.penstock('delete', 'mtcars');
  expect([code, stdout]).toEqual([0, expect.stringContaining('deployment.apps "mtcars" deleted')]);
  const left = ['Deployment', 'Service', 'Secret', 'PodDisruptionBudget', 'Pod'].flatMap((kind) =>
    cluster.list(kind),
  );
  expect(new Set(left.map(({ metadata }) => metadata.labels['app.kubernetes.io/instance']))).toEqual(
    new Set(['other']),
  );
});

test('commands report a name that is not deployed and a missing kubectl', {
  timeout: 60_000,
}, async () => {
  for (const command of [
    ['scale', 'nobody', '--replicas', '2'],
    ['rollback', 'nobody'],
    ['status', 'nobody'],
    ['delete', 'nobody'],
  ]) {
    const { code, stderr } = await cluster.penstock(...command);
    expect([code, stderr]).toEqual([1, expect.stringContaining('code: not_deployed')]);
  }
  const { code, stderr } = await cluster.penstock('status', 'mtcars', '--kubectl', '/nowhere/kubectl');
  expect([code, stderr]).toEqual([1, expect.stringContaining('code: kubectl_not_found')]);
});

test('deploy does not build an image that the nodes could not get', { timeout: 60_000 }, async () => {
  const example = resolve(import.meta.dirname, '../../../examples/mtcars');
  const { code, stderr } = await cluster.penstock('deploy', example, '--memory', '512mb');
  expect([code, stderr]).toEqual([2, expect.stringContaining('"test" is not a known local cluster')]);
});
