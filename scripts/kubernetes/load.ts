import { setTimeout as delay } from 'node:timers/promises';
import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import type { LivePod, LiveService } from '../../src/kubernetes/live-objects.js';
import { clientProgram } from './load-client.js';

/** The load that a client in the cluster creates. */
export interface Load {
  /** Maximum duration. */
  readonly seconds: number;
  readonly connections: number;
  /** Pause between two requests of a connection, in ms. */
  readonly pause: number;
  /** Reuse connections, for high load while no pod terminates. */
  readonly keepAlive?: boolean;
  /** Number of connections that send one request of five seconds after the other, starting first. */
  readonly sleepers?: number;
}

export interface LoadResult {
  readonly answered: number;
  readonly failed: number;
  /** The slowest prediction, in ms. */
  readonly slowest: number;
  /** Descriptions of the first failures. */
  readonly failures: readonly string[];
}

/** A client that is sending requests. */
export interface RunningLoad {
  readonly node: string;
  /** Stops the client if it is still running. */
  finish(): Promise<LoadResult>;
  /** Deletes its pod. */
  abandon(): Promise<void>;
}

/** Starts a client in a pod of the app's image, which contains Node. It uses the IP address of the Service. */
export async function startLoad(
  kubectl: Kubectl,
  image: string,
  service: string,
  load: Load,
): Promise<RunningLoad> {
  const found = await kubectl.find<LiveService>('service', service);
  if (found === undefined) throw new Error(`Service ${service} does not exist.`);
  const { clusterIP: host, ports } = found.spec;
  const pod = `load-${Math.random().toString(36).slice(2, 8)}`;
  const input = JSON.stringify({ ...load, host, port: ports[0]!.port });
  await kubectl.must(['create', '--filename', '-'], JSON.stringify(clientPod(pod, image, input)));
  const abandon = async () => {
    await kubectl.run(['delete', 'pod', pod, '--wait=false']);
  };
  try {
    const started = await waitFor(kubectl, pod, 120, async (live) => {
      if (live.status?.phase === 'Pending') return undefined;
      const { stdout } = await kubectl.run(['logs', pod]);
      if (stdout.includes('started')) return live;
      if (hasEnded(live)) throw new Error(`The client did not start: ${stdout.trim().slice(-500)}`);
      return undefined;
    });
    return { node: started.spec?.nodeName ?? '', finish: () => finish(kubectl, pod, load), abandon };
  } catch (error) {
    await abandon();
    throw error;
  }
}

async function finish(kubectl: Kubectl, pod: string, load: Load): Promise<LoadResult> {
  const live = await kubectl.find<LivePod>('pod', pod);
  // The client is process 1 of its container. If this fails, it stops after its maximum duration.
  const stop = ['exec', pod, '--', 'node', '-e', "process.kill(1, 'SIGTERM')"];
  if (live !== undefined && !hasEnded(live)) await kubectl.run(stop);
  const ended = await waitFor(kubectl, pod, load.seconds + 60, (now) => (hasEnded(now) ? now : undefined));
  const text = await kubectl.must(['logs', pod]);
  const last = text.trim().split('\n').at(-1) ?? '';
  if (ended.status?.phase !== 'Succeeded' || !last.startsWith('{'))
    throw new Error(`The client failed: ${text.trim().slice(-500)}`);
  await kubectl.run(['delete', 'pod', pod, '--wait=false']);
  return JSON.parse(last) as LoadResult;
}

function hasEnded({ status }: LivePod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

async function waitFor<T>(
  kubectl: Kubectl,
  pod: string,
  seconds: number,
  check: (live: LivePod) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const live = await kubectl.find<LivePod>('pod', pod);
    if (live === undefined) throw new Error(`The client's pod ${pod} no longer exists.`);
    const found = await check(live);
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      const { conditions, containerStatuses, phase } = live.status ?? {};
      const why = JSON.stringify(containerStatuses?.[0]?.state ?? conditions);
      throw new Error(`The client's pod ${pod} is still ${phase} after ${seconds} s: ${why}`);
    }
    await delay(1000);
  }
}

/** Conforms to the restricted pod security standard. */
function clientPod(name: string, image: string, input: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'penstock-verify-load' } },
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
          command: ['node', '-e', clientProgram, input],
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
