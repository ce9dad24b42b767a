import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { type LiveList, type LivePod, restartsOf } from '../kubernetes/live-objects.js';
import { podSelector } from '../kubernetes/resources/names.js';
import { connect } from './cluster.js';

export interface LogsOptions {
  readonly follow: boolean;
  /** Number of lines of each pod; -1 for all. */
  readonly tail: number;
  readonly previous: boolean;
}

/** More pods than a cluster has: kubectl refuses to follow more than five without this. */
const ALL_PODS = 10_000;

/** Shows the logs of all pods. Each line starts with its pod. */
export async function logs(name: string, config: Config, options: LogsOptions): Promise<number> {
  const { follow, previous, tail } = options;
  const common = ['--container', 'penstock', '--prefix', `--tail=${tail}`];
  const kubectl = connect(config);
  if (!previous) {
    return kubectl.show([
      ...['logs', '--selector', podSelector(name), ...common],
      ...[`--max-log-requests=${ALL_PODS}`, ...(follow ? ['--follow'] : [])],
    ]);
  }
  // With a selector, kubectl fails for all pods if one has no previous container.
  const get = ['get', 'pods', '-l', podSelector(name)];
  const { items } = await kubectl.json<LiveList<LivePod>>(get);
  const restarted = items.filter((pod) => restartsOf(pod) > 0);
  if (items.length === 0) throw new PenstockError('not_deployed', `${name} has no pods.`);
  if (restarted.length === 0) process.stderr.write(`No container of ${name} has been restarted.\n`);
  let code = 0;
  for (const { metadata } of restarted)
    code = Math.max(code, await kubectl.show(['logs', metadata.name, ...common, '--previous']));
  return code;
}
