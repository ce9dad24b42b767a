/** Milliseconds from which an answer is slow: what waits behind it in a worker's pipe would feel it. */
const SLOW = 5;
/** Answers before anything is concluded, and those after a slow one before the next is trusted to be brief. */
const ENOUGH = 8;
const FORGET = 64;
/** Weight of a new answer in the average. */
const WEIGHT = 0.1;

/**
 * How long R takes for a route. A slow answer is believed at once and forgotten after some dozens of others; below
 * that the average counts, since a busy machine makes any answer late by a millisecond now and then.
 */
export class RouteTime {
  #average = 0;
  /** Answers that are still to come before the average is trusted. */
  #doubt = ENOUGH;
  #answers = 0;
  #prints = false;

  observe(ms: number): void {
    this.#answers += 1;
    if (ms >= SLOW) {
      this.#doubt = FORGET;
      return;
    }
    if (this.#doubt > 0) this.#doubt -= 1;
    this.#average += (ms - this.#average) * Math.max(WEIGHT, 1 / this.#answers);
  }

  /** Its handlers print: with the next request in the pipe nobody could tell which of the two has printed. */
  printed(): void {
    this.#prints = true;
  }

  /** Milliseconds that R is to take; Infinity where that is not known, or nothing may wait behind it. */
  get expected(): number {
    return this.#prints || this.#doubt > 0 ? Infinity : this.#average;
  }
}
