/** Milliseconds after which the gateway's use of a core is looked at again. */
const WINDOW = 100;
/** Weight of what it has used since, in the average. */
const WEIGHT = 0.2;
/** Share of the time from which on the gateway counts as one that has a core to itself. */
const BUSY = 0.6;

/**
 * Whether one more R process would find a core. Where it would not, work is done no sooner for it: R's processes and the
 * gateway, which every answer has to pass, take turns then, and find their caches full of each other's memory.
 */
export class Cores {
  readonly #count: number;
  readonly #clock: () => number;
  readonly #utilization: typeof performance.eventLoopUtilization;
  #lookedAt = -Infinity;
  #before: ReturnType<typeof performance.eventLoopUtilization>;
  /** Share of a core that the gateway uses. */
  #gateway = 0;

  /** @param count cores that the gateway and R have */
  constructor(
    count: number,
    clock = () => performance.now(),
    utilization: typeof performance.eventLoopUtilization = performance.eventLoopUtilization,
  ) {
    this.#count = count;
    this.#clock = clock;
    this.#utilization = utilization;
    this.#before = utilization();
  }

  /** @param busy R processes that are at work */
  isFree(busy: number): boolean {
    this.#look();
    return busy + (this.#gateway >= BUSY ? 1 : 0) < this.#count;
  }

  #look(): void {
    const now = this.#clock();
    if (now - this.#lookedAt < WINDOW) return;
    const total = this.#utilization();
    const { utilization } = this.#utilization(total, this.#before);
    this.#gateway += (utilization - this.#gateway) * WEIGHT;
    this.#before = total;
    this.#lookedAt = now;
  }
}
