import { describe, expect, test } from 'vitest';
import type { LiveDeployment, LivePod } from '../../src/kubernetes/live-objects.js';
import { logTail, problemOf } from '../../src/kubernetes/pod-problem.js';
import { progressOf, refusalOf } from '../../src/kubernetes/rollout.js';

const meta = { name: 'api', namespace: 'default' };

function deployment(replicas: number, status: LiveDeployment['status'], generation = 2): LiveDeployment {
  const template = { metadata: {}, spec: { containers: [{ image: 'api:1' }] } };
  return {
    metadata: { ...meta, generation },
    spec: { replicas, template },
    ...(status !== undefined && { status }),
  };
}

const all = (count: number) => ({
  observedGeneration: 2,
  replicas: count,
  updatedReplicas: count,
  availableReplicas: count,
});

test.each<[string, LiveDeployment, boolean]>([
  ['all pods are new and ready', deployment(3, all(3)), true],
  ['no controller has observed the change', deployment(3, { ...all(3), observedGeneration: 1 }), false],
  ['an old pod still runs', deployment(3, { ...all(3), replicas: 4, availableReplicas: 4 }), false],
  ['a new pod is not ready', deployment(3, { ...all(3), availableReplicas: 2 }), false],
  ['surplus pods still run', deployment(2, all(3)), false],
  ['it has no replicas', deployment(0, { observedGeneration: 2 }), true],
])('knows whether a rollout is complete: %s', (_what, live, complete) => {
  expect(progressOf(live).done).toBe(complete);
});

test("a rollout with an autoscaler is complete when it has the autoscaler's minimum of pods", () => {
  expect(progressOf(deployment(1, all(1)), { min: 2, max: 5 }).done).toBe(false);
  expect(progressOf(deployment(2, all(2)), { min: 2, max: 5 }).done).toBe(true);
});

test('says why Kubernetes creates no pods, such as a quota', () => {
  const message = 'pods "api-1" is forbidden: exceeded quota: team';
  const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
  const status = { observedGeneration: 2, conditions: [refused] };
  expect(refusalOf(deployment(3, status))).toBe(`Kubernetes refuses to create it: ${message}`);
  expect(refusalOf(deployment(3, { ...status, observedGeneration: 1 }))).toBeUndefined();
  expect(refusalOf(deployment(3, all(3)))).toBeUndefined();
});

test('only pods of the new version count as ready', () => {
  const status = { ...all(1), replicas: 4, availableReplicas: 3 };
  expect(progressOf(deployment(3, status))).toMatchObject({ updated: 1, ready: 0, old: 3 });
});

type Status = NonNullable<LivePod['status']>;
const container = (more: object) => ({
  containerStatuses: [{ name: 'penstock', ready: false, restartCount: 0, ...more }],
});
const exited = (reason: string, exitCode: number) => ({ terminated: { reason, exitCode } });

test.each<[string, Status, string | undefined, boolean]>([
  ['is starting', container({ state: { running: {} } }), undefined, false],
  [
    'cannot pull its image',
    container({ state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }),
    'the image cannot be pulled (ImagePullBackOff): not found',
    true,
  ],
  [
    'fails to pull its image once',
    container({ state: { waiting: { reason: 'ErrImagePull' } } }),
    'the image cannot be pulled (ErrImagePull)',
    false,
  ],
  [
    'exited once',
    container({ restartCount: 1, lastState: exited('Error', 1) }),
    'the container exited: Error, exit code 1',
    false,
  ],
  [
    'exits again and again',
    container({
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: exited('Error', 1),
    }),
    'the container exited: Error, exit code 1',
    true,
  ],
  [
    'exceeds its memory limit',
    container({ restartCount: 2, lastState: exited('OOMKilled', 137) }),
    'it exceeded its memory limit: OOMKilled, exit code 137',
    true,
  ],
  [
    'has an init container that fails',
    {
      initContainerStatuses: [
        { name: 'prepare', ready: true, restartCount: 3, state: exited('Completed', 0) },
        { name: 'model', ready: false, restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
      ],
      ...container({ state: { waiting: { reason: 'PodInitializing' } } }),
    },
    'init container model: the container exited',
    true,
  ],
  [
    'fails its probes',
    container({ restartCount: 3, state: { running: {} }, lastState: exited('Completed', 0) }),
    'its probes fail, so Kubernetes keeps restarting it',
    true,
  ],
  [
    'cannot be scheduled',
    {
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes are available',
        },
      ],
    },
    'no node can run it: 0/3 nodes are available',
    false,
  ],
])('explains why a pod %s, and knows whether waiting can help', (_what, status, reason, final) => {
  const problem = problemOf({ metadata: meta, status });
  expect([problem?.reason, problem?.final ?? false]).toEqual([reason, final]);
});

describe('The end of a log', () => {
  /** Prints these answers in turn, as `kubectl logs` does: for the previous container, then for the present one. */
  const printing = (...answers: string[]) => ({
    run: async () => {
      const stdout = answers.shift() ?? '';
      return { ok: true, code: 0, stdout, stderr: '' };
    },
  });
  const gone = 'unable to retrieve container logs for containerd://0123';

  test('comes from another try if the container was just replaced', async () => {
    const message = 'error: Could not load the app.';
    expect(await logTail(printing(gone, gone, `${message}\n`), { pod: 'api-1' }, { pause: 0 })).toBe(message);
    expect(await logTail(printing(gone, 'started\n'), { pod: 'api-1' }, { pause: 0 })).toBe('started');
    expect(
      await logTail(printing(gone, gone, gone, gone, gone, gone, 'x'), { pod: 'api-1' }, { pause: 0 }),
    ).toBe('');
  });
});
