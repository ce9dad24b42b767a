import { cpuDemand } from './process-table.js';

/** How long the demand for CPU is measured, in ms. */
const CPU_SAMPLE_MS = 20;
/** How long to wait before the next sample when the CPU was the limit, in ms. */
const CPU_RETRY_DELAY_MS = 200;

/** CPUs that must be free for one more worker to help. */
const MIN_FREE_CPUS = 0.5;

/** Starts to measure how much CPU the gateway and its workers want. The returned function gives the result, in CPUs. */
export type Meter = (pids: readonly number[]) => () => number;

/** Counts CPU time used and, for workers, also the time spent waiting for a CPU. */
const cpuMeter: Meter = (pids) => {
  const began = performance.now();
  const gateway = process.cpuUsage();
  const workers = new Map(pids.map((pid) => [pid, cpuDemand(pid)]));
  return () => {
    const { system, user } = process.cpuUsage(gateway);
    let used = (user + system) / 1000;
    for (const [pid, before] of workers) {
      const now = cpuDemand(pid);
      if (now !== undefined && before !== undefined) used += (now - before) / 1e6;
    }
    return used / (performance.now() - began);
  };
};

/** What `Growth` needs from the pool. */
export interface GrowthOwner {
  /** Whether a request waits, no worker is idle and the pool is below its maximum. */
  wanted(): boolean;
  /** Process ids of the workers. */
  pids(): readonly number[];
  spawn(): void;
}

/**
 * Adds workers while requests wait, unless the CPU is the bottleneck: then another worker would slow down all of them.
 * It compares the CPU time that the workers want, not what they get, so load from other processes makes no difference.
 */
export class Growth {
  readonly #owner: GrowthOwner;
  readonly #cpus: number;
  readonly #meter: Meter;
  #timer: NodeJS.Timeout | undefined;

  constructor(cpus: number, owner: GrowthOwner, meter: Meter = cpuMeter) {
    this.#cpus = cpus;
    this.#owner = owner;
    this.#meter = meter;
  }

  /** A request waits. */
  want(): void {
    if (this.#timer === undefined && this.#owner.wanted()) this.#watch();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(): void {
    const demand = this.#meter(this.#owner.pids());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#owner.wanted()) return;
      if (demand() > this.#cpus - MIN_FREE_CPUS) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.want();
        }, CPU_RETRY_DELAY_MS);
        return;
      }
      this.#owner.spawn();
      this.want();
    }, CPU_SAMPLE_MS);
  }
}
