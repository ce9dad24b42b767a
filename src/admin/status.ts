import type { Starts } from '../pool/breaker.js';
import type { Pool } from '../pool/pool.js';
import type { StartStep } from '../pool/start-journey.js';
import type { WorkerState } from '../pool/worker-state.js';
import type { ReloadRecord } from './reload-record.js';

export type GatewayState = 'loading' | 'serving' | 'broken' | 'draining';

export interface WorkerStatus {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: WorkerState;
  readonly requests: number;
  /** Requests that wait for a promise in it. */
  readonly open: number;
  /** Its open WebSockets. */
  readonly sockets: number;
  /** Seconds since the start of its process. */
  readonly age: number;
  /** The completed steps of its start, with the time of each in ms. */
  readonly journey: readonly StartStep[];
}

/** One version of the app, in `/status`. */
export interface VersionStatus {
  /** Counts the versions of this gateway, starting at 1. */
  readonly number: number;
  /** Identifies the contents of the app's files. Equal in all replicas of the same app. */
  readonly fingerprint: string | undefined;
  readonly running: number;
  readonly open: number;
  readonly queued: number;
  readonly workers: number;
}

/** What the status needs of a version of the app. */
export interface ShownVersion {
  readonly number: number;
  readonly fingerprint: string | undefined;
  readonly running: number;
  readonly openRequests: number;
  readonly queued: number;
  readonly pool: Pool;
}

/** The response of `/status`. */
export interface Status {
  readonly state: GatewayState;
  /** Version of Penstock. */
  readonly version: string;
  readonly app: string;
  /** The version that serves requests; absent before the first is loaded. */
  readonly appVersion: VersionStatus | undefined;
  /** Replaced versions that still have requests. */
  readonly finishing: readonly VersionStatus[];
  /** The last reloads, oldest first. */
  readonly reloads: readonly ReloadRecord[];
  /** The value of `--app-version`. */
  readonly release: string | undefined;
  /** Seconds since the start of the gateway. */
  readonly uptime: number;
  /** Requests running in R, of all versions. */
  readonly running: number;
  /** Requests that wait for a promise in R. They need no worker until it is settled. */
  readonly open: number;
  readonly queued: number;
  /** How long the oldest request in the queue has waited, in ms. */
  readonly longestWaitMs: number;
  /** How long a new request is expected to wait, in ms; 0 if unknown. */
  readonly expectedWaitMs: number;
  /** Workers that the running and waiting requests could use, so that none waits longer than a second. */
  readonly demand: number;
  /** Requests whose large body or value a thread is converting. */
  readonly converting: number;
  readonly queueLimit: number;
  /** The response cache; undefined if no route uses it. */
  readonly cache: { readonly entries: number; readonly bytes: number; readonly limit: number } | undefined;
  readonly restarts: number;
  /** Whether workers of the version that serves can be started. */
  readonly starts: Starts | undefined;
  /** The workers of the version that serves requests. */
  readonly workers: readonly WorkerStatus[];
}

export function workerStatuses(pool: Pool): WorkerStatus[] {
  const now = performance.now();
  return pool.workers.map(({ id, journey, open, pid, requests, sockets, state }) => ({
    id,
    pid,
    state,
    requests,
    open,
    sockets: sockets.size,
    age: Math.round((now - journey.startedAt) / 1000),
    journey: journey.steps,
  }));
}

export function versionStatus(version: ShownVersion): VersionStatus {
  const { fingerprint, number, openRequests, pool, queued, running } = version;
  return { number, fingerprint, running, open: openRequests, queued, workers: pool.workers.length };
}

export function workersByState(versions: readonly ShownVersion[]): Record<string, number> {
  const states: Record<string, number> = {};
  for (const { pool } of versions) {
    for (const { state } of pool.workers) states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}

export function gatewayState(pool: Pool | undefined, draining: boolean): GatewayState {
  if (draining) return 'draining';
  if (pool === undefined) return 'loading';
  if (pool.healthy > 0) return 'serving';
  return pool.broken ? 'broken' : 'loading';
}
