import type { Kind } from './kinds.js';

/** The commands that can be told something. */
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
  server: 'Where it listens',
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
  /** The default as a user would write it; undefined when there is none. */
  readonly default?: string;
  /** Said in the place of a default that depends on where Penstock runs. */
  readonly defaultNote?: string;
  /** One sentence for the help. */
  readonly summary: string;
  /** The same for the `--no-` form of a boolean that is on by default. */
  readonly negated?: string;
  /** What else the reference page says. */
  readonly details?: string;
  readonly group: keyof typeof optionGroups;
  /** The commands that have the flag. Variables and the file may hold every option for every command. */
  readonly commands: readonly CommandName[];
  /** False for what cannot stand in the file itself. */
  readonly inFile?: false;
}

export function option<T>(entry: Option<T>): Option<T> {
  return entry;
}

export const serving = ['serve', 'dev'] as const;
export const planning = ['manifests', 'deploy'] as const;
export const inCluster = ['deploy', 'scale', 'status', 'logs', 'rollback', 'delete'] as const;

/** The commands that listen, and those that load the app. */
export const listening = ['serve', 'dev', 'doctor'] as const;
export const loading = ['serve', 'dev', 'routes', 'doctor', 'image', ...planning] as const;

/** Bytes: more than any machine has. */
export const MOST_MEMORY = 2 ** 50;
