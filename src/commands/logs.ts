import type { Config } from '../config/load.js';
import { connect } from './cluster.js';

export interface LogsOptions {
  readonly follow: boolean;
  /** Number of lines of each pod; -1 for all. */
  readonly tail: number;
  readonly previous: boolean;
}

/** Shows the logs of all pods. Each line starts with its pod. */
export function logs(name: string, config: Config, { follow, previous, tail }: LogsOptions): Promise<number> {
  return connect(config).show([
    ...['logs', '--selector', `app.kubernetes.io/name=${name}`, '--container', 'penstock'],
    ...['--prefix', `--tail=${tail}`, '--max-log-requests=100'],
    ...(follow ? ['--follow'] : []),
    ...(previous ? ['--previous'] : []),
  ]);
}
