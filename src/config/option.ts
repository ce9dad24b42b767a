import type { Kind } from './kinds.js';

/** The commands that have options of the table. */
export type CommandName =
  | 'serve'
  | 'dev'
  | 'routes'
  | 'doctor'
  | 'image'
  | 'manifests'
  | 'deploy'
  | 'scale'
  | 'status'
  | 'logs'
  | 'rollback'
  | 'delete';

export const optionGroups = {
  server: 'Network',
  pool: 'R processes',
  requests: 'Requests',
  connections: 'Connections',
  security: 'Security',
  lifecycle: 'Start and stop',
  log: 'Logging',
  cluster: 'Kubernetes',
  setup: 'Configuration',
} as const;

export interface Option<T> {
  readonly kind: Kind<T>;
  /** Default as a user would write it; undefined if there is none. */
  readonly default?: string;
  /** Describes a default that depends on the environment. */
  readonly defaultNote?: string;
  /** Text for the help. */
  readonly summary: string;
  /** Help of the `--no-` form of a boolean that is on by default. */
  readonly negated?: string;
  /** Additional text for docs/configuration.md. */
  readonly details?: string;
  readonly group: keyof typeof optionGroups;
  /** The commands that have the flag. Variables and the file accept every option for every command. */
  readonly commands: readonly CommandName[];
  /** False if the option cannot be set in the file. */
  readonly inFile?: false;
}

export function option<T>(entry: Option<T>): Option<T> {
  return entry;
}

export const serving = ['serve', 'dev'] as const;
export const planning = ['manifests', 'deploy'] as const;
export const inCluster = ['deploy', 'scale', 'status', 'logs', 'rollback', 'delete'] as const;

/** Commands for which the server addresses matter. */
export const listening = ['serve', 'dev', 'doctor'] as const;
/** Commands that load the app. */
export const loading = ['serve', 'dev', 'routes', 'doctor', 'image', ...planning] as const;

/** More memory than any machine has. */
export const MAX_MEMORY_BYTES = 2 ** 50;
