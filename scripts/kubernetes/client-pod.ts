import { setTimeout as delay } from 'node:timers/promises';
import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import type { LivePod } from '../../src/kubernetes/live-objects.js';

/** Label of the pods that the check itself starts. */
export const clientLabel = { key: 'app', value: 'penstock-verify-load' };

/**
 * A pod that runs a program of Node, which the app's image contains. It conforms to the restricted pod security standard.
 *
 * @param program the program and its arguments
 */
export function clientPod(
  name: string,
  image: string,
  program: readonly string[],
  labels: Readonly<Record<string, string>> = {},
): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { [clientLabel.key]: clientLabel.value, ...labels } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'load',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', ...program],
          resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
}

/** Waits until `check` finds something. */
export async function waitForPod<T>(
  kubectl: Kubectl,
  pod: string,
  seconds: number,
  check: (live: LivePod) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const live = await kubectl.find<LivePod>('pod', pod);
    if (live === undefined) throw new Error(`The pod ${pod} no longer exists.`);
    const found = await check(live);
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      const { conditions, containerStatuses, phase } = live.status ?? {};
      const why = JSON.stringify(containerStatuses?.[0]?.state ?? conditions);
      throw new Error(`The pod ${pod} is still ${phase} after ${seconds} s: ${why}`);
    }
    await delay(1000);
  }
}
