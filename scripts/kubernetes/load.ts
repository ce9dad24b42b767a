import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import type { LivePod, LiveService } from '../../src/kubernetes/live-objects.js';
import { clientPod, waitForPod } from './client-pod.js';
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
  /** When the last failure was seen, in ms since 1970; 0 if nothing failed. */
  readonly lastFailure: number;
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
  patience: number,
): Promise<RunningLoad> {
  const found = await kubectl.find<LiveService>('service', service);
  if (found === undefined) throw new Error(`Service ${service} does not exist.`);
  const { clusterIP: host, ports } = found.spec;
  const pod = `load-${Math.random().toString(36).slice(2, 8)}`;
  const input = JSON.stringify({ ...load, host, port: ports[0]!.port });
  await kubectl.must(
    ['create', '--filename', '-'],
    JSON.stringify(clientPod(pod, image, [clientProgram, input])),
  );
  const abandon = async () => {
    await kubectl.run(['delete', 'pod', pod, '--wait=false']);
  };
  try {
    const started = await waitForPod(kubectl, pod, 120 * patience, async (live) => {
      if (live.status?.phase === 'Pending') return undefined;
      const { stdout } = await kubectl.run(['logs', pod]);
      if (stdout.includes('started')) return live;
      if (hasEnded(live)) throw new Error(`The client did not start: ${stdout.trim().slice(-500)}`);
      return undefined;
    });
    return {
      node: started.spec?.nodeName ?? '',
      finish: () => finish(kubectl, pod, load.seconds + 60 * patience),
      abandon,
    };
  } catch (error) {
    await abandon();
    throw error;
  }
}

async function finish(kubectl: Kubectl, pod: string, limit: number): Promise<LoadResult> {
  const live = await kubectl.find<LivePod>('pod', pod);
  // The client is process 1 of its container. If this fails, it stops after its maximum duration.
  const stop = ['exec', pod, '--', 'node', '-e', "process.kill(1, 'SIGTERM')"];
  if (live !== undefined && !hasEnded(live)) await kubectl.run(stop);
  const ended = await waitForPod(kubectl, pod, limit, (now) => (hasEnded(now) ? now : undefined));
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
