import { expect, test } from 'vitest';
import { crashing, ready, testCluster } from './cluster.js';
import type { Any } from './store.js';

const cluster = testCluster();
const imageOf = ({ spec }: Any): string => spec.containers[0].image;

test('deploy shows the log of a version that does not start, and the previous version keeps serving', {
  timeout: 180_000,
}, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2');
  cluster.behave({
    status: (pod) => (imageOf(pod) === 'mtcars:2' ? crashing : ready),
    log: () =>
      'error: Could not load the app. plumber.R:3: object "model" not found\ncode: app_load_failed\n',
  });
  const { code, stderr } = await cluster.deploy('--image', 'mtcars:2', '--pods', '2');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /Pod mtcars-\S+: the container exited: Error, exit code 1\.\n {2}error: Could not load the app\. plumber\.R:3/,
  );
  expect(stderr).toContain('rolled back: the previous version of mtcars is still serving');
  const pods = cluster.list('Pod');
  expect(pods.map(imageOf)).toEqual(['mtcars:1', 'mtcars:1']);
});

test('deploy reports at once that an image cannot be pulled', { timeout: 180_000 }, async () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "mtcars:1"' };
  cluster.behave({
    status: () => ({
      phase: 'Pending',
      containerStatuses: [{ name: 'penstock', ready: false, restartCount: 0, state: { waiting } }],
    }),
  });
  const { code, stderr } = await cluster.deploy('--image', 'mtcars:1', '--pods', '2');
  expect(code).toBe(1);
  expect(stderr).toContain(
    'the image cannot be pulled (ImagePullBackOff): Back-off pulling image "mtcars:1"',
  );
  expect(stderr).toContain('code: rollout_failed');
});

const starting: Any = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] };

test('a rollout that only takes long is left alone, unless the user wants it undone', {
  timeout: 180_000,
}, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '1');
  cluster.behave({ status: (pod) => (imageOf(pod) === 'mtcars:1' ? ready : starting) });
  const slow = ['--image', 'mtcars:2', '--pods', '1', '--rollout-timeout', '1s'];
  const left = await cluster.deploy(...slow);
  expect([left.code, left.stderr]).toEqual([1, expect.stringContaining('code: rollout_unfinished')]);
  expect(cluster.list('Pod').map(imageOf).sort()).toEqual(['mtcars:1', 'mtcars:2']);
  const undone = await cluster.deploy(...slow, '--undo-on-timeout');
  expect([undone.code, undone.stderr]).toEqual([1, expect.stringContaining('rolled back')]);
  expect(cluster.list('Pod').map(imageOf)).toEqual(['mtcars:1']);
});

test('undoing a deploy that changed only the number of pods keeps the version', {
  timeout: 180_000,
}, async () => {
  await cluster.deploy('--image', 'mtcars:1', '--pods', '2');
  await cluster.deploy('--image', 'mtcars:2', '--pods', '2');
  const first = new Set(cluster.list('Pod').map(({ metadata }) => metadata.name));
  cluster.behave({ status: ({ metadata }) => (first.has(metadata.name) ? ready : crashing) });
  const { code, stderr } = await cluster.deploy('--image', 'mtcars:2', '--pods', '4');
  expect([code, stderr]).toEqual([1, expect.stringContaining('rolled back')]);
  expect(cluster.list('Pod').map(imageOf)).toEqual(['mtcars:2', 'mtcars:2']);
  expect(cluster.get('Deployment', 'mtcars').metadata.managedFields).toContainEqual(
    expect.objectContaining({ manager: 'penstock' }),
  );
});

test('after the cause is gone, the same deploy replaces pods that wait for a back-off', {
  timeout: 180_000,
}, async () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'unauthorized' };
  const status = {
    phase: 'Pending',
    containerStatuses: [{ name: 'penstock', ready: false, restartCount: 0, state: { waiting } }],
  };
  cluster.behave({ status: () => status });
  const args = ['--image', 'mtcars:1', '--pods', '2'];
  expect(await cluster.deploy(...args)).toMatchObject({ code: 1 });
  const old = new Set(cluster.list('Pod').map(({ metadata }) => metadata.name));
  cluster.behave({ status: ({ metadata }) => (old.has(metadata.name) ? status : ready) });
  const { code, stderr } = await cluster.deploy(...args);
  expect([code, stderr]).toEqual([0, expect.stringContaining('mtcars: 2 of 2 pods ready')]);
});

test('deploy says at once, with numbers, that no node has room', { timeout: 180_000 }, async () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.';
  const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  cluster.behave({ status: () => ({ phase: 'Pending', conditions: [scheduled] }) });
  const { stderr } = await cluster.deploy(
    ...['--image', 'mtcars:1', '--pods', '1', '--cpu', '3', '--rollout-timeout', '1s'],
  );
  expect(stderr).toContain(`mtcars waits for a pod: no node can run it: ${message}`);
  expect(stderr).toMatch(/requests 3 CPU and 512 MiB of memory\. The most that a node has free is 2 CPU/);
  expect(stderr).toMatch(/Lower --cpu or --memory, or add a node/);
});
