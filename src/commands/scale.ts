import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveAutoscaler, LiveDeployment } from '../kubernetes/live-objects.js';
import { watchRollout } from '../kubernetes/rollout.js';
import { connect, rolloutDisplay } from './cluster.js';

export interface ScaleOptions {
  readonly min: number;
  readonly max: number;
  /** Milliseconds until the pods must be there. */
  readonly timeout: number;
}

/** Sets the number of pods: the autoscaler's bounds where there is one, or it would undo it. */
export async function scale(name: string, config: Config, options: ScaleOptions): Promise<number> {
  const kubectl = connect(config);
  const deployment = await kubectl.find<LiveDeployment>('deployment', name);
  if (deployment === undefined) throw new PenstockError('not_deployed', name);
  const what = await setBounds(kubectl, name, options);
  process.stderr.write(`${what}\n`);
  // Pods that only load would bring are not waited for.
  const { max, min, timeout } = options;
  await watchRollout(kubectl, name, { pods: { min, max }, timeout, progress: rolloutDisplay(name) });
  return 0;
}

async function setBounds(kubectl: Kubectl, name: string, { max, min }: ScaleOptions): Promise<string> {
  const bounds = min === max ? String(min) : `${min} to ${max}`;
  // KEDA owns the HorizontalPodAutoscaler that it makes, so it is asked first.
  const scaled = await kubectl.run(['get', 'scaledobject.keda.sh', name, '--output', 'name']);
  if (scaled.ok) {
    await patch(kubectl, 'scaledobject.keda.sh', name, { minReplicaCount: min, maxReplicaCount: max });
    return `KEDA keeps ${name} at ${bounds} pods`;
  }
  if ((await kubectl.find<LiveAutoscaler>('horizontalpodautoscaler', name)) !== undefined) {
    await patch(kubectl, 'horizontalpodautoscaler', name, { minReplicas: min, maxReplicas: max });
    return `the autoscaler keeps ${name} at ${bounds} pods`;
  }
  if (min !== max) {
    throw new PenstockError(
      'usage',
      `${name} has no autoscaler to keep it between ${min} and ${max}: deploy it with --pods ${min}..${max}, or give one number.`,
    );
  }
  await kubectl.must(['scale', `deployment/${name}`, `--replicas=${min}`]);
  return `${name} is set to ${bounds} pods`;
}

function patch(kubectl: Kubectl, kind: string, name: string, spec: object): Promise<string> {
  return kubectl.must(['patch', kind, name, '--type=merge', '--patch', JSON.stringify({ spec })]);
}
