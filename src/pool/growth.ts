import { type Clock, systemClock, type Timer } from '../clock.js';
import { cpuDemand } from './process-table.js';

/** How long the demand for CPU is measured, in ms. */
const CPU_SAMPLE_MS = 20;
/** How long to wait before the next sample when the CPU was the limit, in ms. */
const CPU_RETRY_DELAY_MS = 200;
/** Interval between checks whether another worker would help, while requests wait, in ms. */
const CHECK_INTERVAL_MS = 100;

/** CPUs that must be free for one more worker to help. Each further one that starts at the same time takes one. */
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
  /** Whether requests wait for a worker. */
  waiting(): boolean;
  /** How many more workers they could use now. */
  lacking(): number;
  /** How many more workers may be started now. */
  room(): number;
  /** Number of workers that are on their way. */
  starting(): number;
  /** Process ids of the workers that have started. */
  pids(): readonly number[];
  spawn(): void;
}

/**
 * Adds workers while requests wait that another worker could run: as many as they lack at once, unless the CPU is the
 * bottleneck. Then another worker would slow down all of them, and so would another start. It compares the CPU time that the workers want, not what they get, so load from other
 * processes makes no difference. It looks again and again as long as requests wait, so whatever happens to the workers
 * meanwhile (a crash, a deadline, a failed start), it need not be told.
 */
export class Growth {
  readonly #owner: GrowthOwner;
  readonly #cpus: number;
  readonly #meter: Meter;
  readonly #clock: Clock;
  #timer: Timer;
  /** Whether the timer is for the next check, which may come earlier. */
  #rests = false;

  constructor(cpus: number, owner: GrowthOwner, meter: Meter = cpuMeter, clock: Clock = systemClock) {
    this.#cpus = cpus;
    this.#owner = owner;
    this.#meter = meter;
    this.#clock = clock;
  }

  /** A request waits. */
  want(): void {
    if (this.#timer === undefined) this.#look();
    else if (this.#rests && this.#wanted > 0) {
      this.stop();
      this.#look();
    }
  }

  stop(): void {
    this.#clock.cancel(this.#timer);
    this.#timer = undefined;
    this.#rests = false;
  }

  get #wanted(): number {
    const room = this.#owner.room();
    return room === 0 ? 0 : Math.min(room, this.#owner.lacking() - this.#owner.starting());
  }

  #look(): void {
    if (!this.#owner.waiting()) return;
    if (this.#wanted > 0) {
      this.#measure();
      return;
    }
    this.#rests = true;
    this.#after(CHECK_INTERVAL_MS, () => this.#look());
  }

  #measure(): void {
    const demand = this.#meter(this.#owner.pids());
    const before = this.#owner.starting();
    this.#after(CPU_SAMPLE_MS, () => {
      const wanted = this.#wanted;
      // Starting takes one CPU each.
      const free = this.#cpus - demand() - Math.max(before, this.#owner.starting());
      if (wanted <= 0) {
        this.#look();
      } else if (free < MIN_FREE_CPUS) {
        this.#after(CPU_RETRY_DELAY_MS, () => this.#look());
      } else {
        const allowed = 1 + Math.floor(free - MIN_FREE_CPUS);
        for (let left = Math.min(wanted, allowed); left > 0; left -= 1) this.#owner.spawn();
        this.#look();
      }
    });
  }

  #after(ms: number, act: () => void): void {
    this.#timer = this.#clock.after(ms, () => {
      this.#timer = undefined;
      this.#rests = false;
      act();
    });
  }
}
