import type { Config } from '../config/load.js';
import { connect } from './cluster.js';

export interface LogsOptions {
  readonly follow: boolean;
  /** Lines of each pod; all of them with -1. */
  readonly tail: number;
  readonly previous: boolean;
}

/** The logs of all pods, each line with its pod. */
export function logs(name: string, config: Config, { follow, previous, tail }: LogsOptions): Promise<number> {
  return connect(config).show([
    ...['logs', '--selector', `app.kubernetes.io/name=${name}`, '--container', 'penstock'],
    ...['--prefix', `--tail=${tail}`, '--max-log-requests=100'],
    ...(follow ? ['--follow'] : []),
    ...(previous ? ['--previous'] : []),
  ]);
}
