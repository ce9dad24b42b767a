import { cpuDemand } from './process-table.js';

/** Milliseconds in which it is looked at what workers wait for, and until the next look where the CPU was the limit. */
const WINDOW = 20;
const PAUSE = 200;

/** The part of a CPU that must be free for one more worker to be of use. */
const ROOM = 0.5;

/** Begins to measure what the gateway and its workers would use of the CPUs; the result tells it, in CPUs. */
export type Meter = (pids: readonly number[]) => () => number;

/** The time that they have run, and for workers that they have waited for a CPU to run on. */
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

/** What the pool tells and does. */
export interface GrowthOwner {
  /** Somebody waits, no worker is idle, and there may be more. */
  wanted(): boolean;
  /** Process ids of the workers. */
  pids(): readonly number[];
  spawn(): void;
}

/**
 * Adds workers while requests wait, unless the CPU is what they wait for: then one more would only make all slower.
 * What counts is what the workers would use if they could, so that it makes no difference who else uses the machine.
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
      if (demand() > this.#cpus - ROOM) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.want();
        }, PAUSE);
        return;
      }
      this.#owner.spawn();
      this.want();
    }, WINDOW);
  }
}
