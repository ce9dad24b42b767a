import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveAutoscaler, LiveDeployment } from '../kubernetes/live-objects.js';
import { watchRollout } from '../kubernetes/rollout.js';
import { connect, rolloutDisplay } from './cluster.js';

export interface ScaleOptions {
  readonly min: number;
  readonly max: number;
  /** How long to wait until the pods are ready, in ms. */
  readonly timeout: number;
}

/** Sets the number of pods. If there is an autoscaler, sets its bounds, since it would revert the number. */
export async function scale(name: string, config: Config, options: ScaleOptions): Promise<number> {
  const kubectl = connect(config);
  const deployment = await kubectl.find<LiveDeployment>('deployment', name);
  if (deployment === undefined) throw new PenstockError('not_deployed', name);
  process.stderr.write(`${await setBounds(kubectl, name, options)}\n`);
  // Does not wait for pods that the autoscaler adds only under load.
  const { max, min, timeout } = options;
  await watchRollout(kubectl, name, { pods: { min, max }, timeout, progress: rolloutDisplay(name) });
  return 0;
}

async function setBounds(kubectl: Kubectl, name: string, { max, min }: ScaleOptions): Promise<string> {
  const bounds = min === max ? String(min) : `${min} to ${max}`;
  // KEDA comes first, because it owns the HorizontalPodAutoscaler that it creates.
  const scaled = await kubectl.run(['get', 'scaledobject.keda.sh', name, '--output', 'name']);
  if (scaled.ok) {
    await patch(kubectl, 'scaledobject.keda.sh', name, { minReplicaCount: min, maxReplicaCount: max });
    return `set the bounds of the KEDA ScaledObject of ${name}: ${bounds} pods`;
  }
  if ((await kubectl.find<LiveAutoscaler>('horizontalpodautoscaler', name)) !== undefined) {
    await patch(kubectl, 'horizontalpodautoscaler', name, { minReplicas: min, maxReplicas: max });
    return `set the bounds of the autoscaler of ${name}: ${bounds} pods`;
  }
  if (min !== max) {
    throw new PenstockError(
      'usage',
      `${name} has no autoscaler. Deploy it with --pods ${min}..${max}, or set a fixed number with --replicas.`,
    );
  }
  await kubectl.must(['scale', `deployment/${name}`, `--replicas=${min}`]);
  return `set the number of pods of ${name}: ${bounds}`;
}

function patch(kubectl: Kubectl, kind: string, name: string, spec: object): Promise<string> {
  return kubectl.must(['patch', kind, name, '--type=merge', '--patch', JSON.stringify({ spec })]);
}
