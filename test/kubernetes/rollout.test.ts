import { expect, test } from 'vitest';
import type { LiveDeployment, LivePod } from '../../src/kubernetes/live-objects.js';
import { problemOf } from '../../src/kubernetes/pod-problem.js';
import { progressOf } from '../../src/kubernetes/rollout.js';

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
  ['all pods are new and serve', deployment(3, all(3)), true],
  ['no controller has seen it', deployment(3, { ...all(3), observedGeneration: 1 }), false],
  ['an old pod still serves', deployment(3, { ...all(3), replicas: 4, availableReplicas: 4 }), false],
  ['a new pod is not ready', deployment(3, { ...all(3), availableReplicas: 2 }), false],
  ['pods that are too many have not gone', deployment(2, all(3)), false],
  ['it was set to no pods at all', deployment(0, { observedGeneration: 2 }), true],
])('a rollout is over or not: %s', (_what, live, over) => {
  expect(progressOf(live).done).toBe(over);
});

test('a rollout with an autoscaler is over when that has asked for enough', () => {
  expect(progressOf(deployment(1, all(1)), { min: 2, max: 5 }).done).toBe(false);
  expect(progressOf(deployment(2, all(2)), { min: 2, max: 5 }).done).toBe(true);
});

test('only pods of the new version count as ready', () => {
  const status = { ...all(1), replicas: 4, availableReplicas: 3 };
  expect(progressOf(deployment(3, status))).toMatchObject({ updated: 1, ready: 0, old: 3 });
});

type Status = NonNullable<LivePod['status']>;
const container = (more: object) => ({ containerStatuses: [{ ready: false, restartCount: 0, ...more }] });
const ended = (reason: string, exitCode: number) => ({ terminated: { reason, exitCode } });

test.each<[string, Status, string | undefined, boolean]>([
  ['starts', container({ state: { running: {} } }), undefined, false],
  [
    'has no image',
    container({ state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }),
    'the image cannot be pulled (ImagePullBackOff): not found',
    true,
  ],
  [
    'has no image at the first try',
    container({ state: { waiting: { reason: 'ErrImagePull' } } }),
    'the image cannot be pulled (ErrImagePull)',
    false,
  ],
  [
    'ended once',
    container({ restartCount: 1, lastState: ended('Error', 1) }),
    'the container exited: Error, exit code 1',
    false,
  ],
  [
    'ends again and again',
    container({
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: ended('Error', 1),
    }),
    'the container exited: Error, exit code 1',
    true,
  ],
  [
    'takes too much memory',
    container({ restartCount: 2, lastState: ended('OOMKilled', 137) }),
    'it exceeded its memory limit: OOMKilled, exit code 137',
    true,
  ],
  [
    'is killed by its probe',
    container({ restartCount: 3, state: { running: {} }, lastState: ended('Completed', 0) }),
    'its probes fail, so Kubernetes keeps restarting it',
    true,
  ],
  [
    'finds no node',
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
])('of a pod that %s is said why, and whether waiting helps', (_what, status, reason, final) => {
  const problem = problemOf({ metadata: meta, status });
  expect([problem?.reason, problem?.final ?? false]).toEqual([reason, final]);
});
