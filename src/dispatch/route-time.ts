/** Milliseconds under which a handler is so brief that others may wait behind it in a worker's pipe. */
const BRIEF = 1;
/** Answers before anything is concluded, and the weight of a new one once the peak lies above it. */
const ENOUGH = 8;
const DECAY = 0.05;

/**
 * How long R takes for a route, as a peak that decays (after Finagle's peak EWMA): one slow answer is believed at
 * once, and forgotten after some dozens of fast ones.
 */
export class RouteTime {
  #peak = 0;
  #answers = 0;
  #prints = false;

  observe(ms: number): void {
    this.#answers += 1;
    this.#peak = ms > this.#peak ? ms : this.#peak + (ms - this.#peak) * DECAY;
  }

  /** Its handlers print: with the next request in the pipe nobody could tell which of the two has printed. */
  printed(): void {
    this.#prints = true;
  }

  get brief(): boolean {
    return this.expected < BRIEF;
  }

  /** Milliseconds that R is to take at most; Infinity where that is not known, or nothing may wait behind it. */
  get expected(): number {
    return this.#prints || this.#answers < ENOUGH ? Infinity : this.#peak;
  }
}
