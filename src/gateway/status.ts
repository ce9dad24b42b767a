import type { Pool } from '../pool/pool.js';
import type { StartStep } from '../pool/start-journey.js';
import type { WorkerState } from '../pool/worker-state.js';

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

/** What `/status` says. */
export interface Status {
  readonly state: GatewayState;
  readonly version: string;
  readonly app: string;
  /** Seconds since the gateway was started. */
  readonly uptime: number;
  readonly running: number;
  readonly queued: number;
  /** Requests whose large body or value a thread is at. */
  readonly converting: number;
  readonly queueLimit: number;
  readonly restarts: number;
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

export function workersByState(pool: Pool): Record<string, number> {
  const states: Record<string, number> = {};
  for (const { state } of pool.workers) states[state] = (states[state] ?? 0) + 1;
  return states;
}

export function gatewayState(pool: Pool, draining: boolean): GatewayState {
  if (draining) return 'draining';
  if (pool.healthy > 0) return 'serving';
  return pool.broken ? 'broken' : 'loading';
}
