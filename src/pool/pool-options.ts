import type { OpenLimits } from './open-units.js';
import type { RecyclingLimits } from './recycler.js';
import type { SourceOptions } from './worker-source.js';

export interface PoolOptions extends SourceOptions {
  readonly min: number;
  readonly max: number;
  /** CPUs available to the gateway and its workers. */
  readonly cpus: number;
  /** When workers are recycled; undefined for never. */
  readonly recycling?: RecyclingLimits | undefined;
  /** Idle time after which workers above `min` stop, in ms. */
  readonly idleTimeout: number;
  /** How long a worker may take to stop, in ms. */
  readonly stopGrace: number;
  /** Limits for units that wait for a promise. */
  readonly open: OpenLimits;
  /** Largest answer of a worker, in bytes. */
  readonly maxPayload: number;
  /** Returns the id of the next worker; by default they count from 1. */
  readonly nextId?: () => number;
}
