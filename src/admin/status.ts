import type { Pool } from '../pool/pool.js';
import type { StartStep } from '../pool/start-journey.js';
import type { WorkerState } from '../pool/worker-state.js';
import type { ReloadRecord } from './reload-record.js';

/** Where the gateway stands in its own life. */
export type GatewayState = 'loading' | 'serving' | 'broken' | 'draining';

export interface WorkerStatus {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: WorkerState;
  readonly requests: number;
  /** Seconds since its process was started. */
  readonly age: number;
  /** Steps of its start, each with the milliseconds it was reached after. */
  readonly journey: readonly StartStep[];
}

/** One version of the app. */
export interface VersionStatus {
  /** Counts the versions of this gateway, from 1. */
  readonly number: number;
  /** Stands for the contents of the files that it has read: the same in other replicas of the same app. */
  readonly fingerprint: string | undefined;
  readonly running: number;
  readonly queued: number;
  readonly workers: number;
}

/** A version of the app, as far as it is shown here. */
export interface ShownVersion {
  readonly number: number;
  readonly fingerprint: string | undefined;
  readonly running: number;
  readonly queued: number;
  readonly pool: Pool;
}

/** What `/status` says. */
export interface Status {
  readonly state: GatewayState;
  /** Penstock's. */
  readonly version: string;
  readonly app: string;
  /** The one that serves; absent before one is loaded. */
  readonly appVersion: VersionStatus | undefined;
  /** Those that finish what they had when they were replaced. */
  readonly finishing: readonly VersionStatus[];
  /** The last reloads, the newest at the end. */
  readonly reloads: readonly ReloadRecord[];
  /** What `--app-version` says. */
  readonly release: string | undefined;
  /** Seconds since the gateway was started. */
  readonly uptime: number;
  /** Requests that R is running, in all versions. */
  readonly running: number;
  readonly queued: number;
  /** Requests whose large body or value a thread is at. */
  readonly converting: number;
  readonly queueLimit: number;
  /** Of responses; undefined where none are kept. */
  readonly cache: { readonly entries: number; readonly bytes: number; readonly limit: number } | undefined;
  readonly restarts: number;
  /** Those of the version that serves. */
  readonly workers: readonly WorkerStatus[];
}

export function workerStatuses(pool: Pool): WorkerStatus[] {
  const now = performance.now();
  return pool.workers.map(({ id, journey, pid, requests, state }) => ({
    id,
    pid,
    state,
    requests,
    age: Math.round((now - journey.startedAt) / 1000),
    journey: journey.steps,
  }));
}

export function versionStatus({ fingerprint, number, pool, queued, running }: ShownVersion): VersionStatus {
  return { number, fingerprint, running, queued, workers: pool.workers.length };
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
