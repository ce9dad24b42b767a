import type { QueuedTicket } from './queued-ticket.js';

/** Weight of an answer that took less than the average, and of one that took longer: that is believed sooner. */
const SHORTER = 0.1;
const LONGER = 0.5;

/** What one endpoint takes of the workers: how many it has at the moment, and for how long a request keeps one. */
export class RouteLoad {
  /** Workers that it may have at once. */
  readonly most: number;
  /** Workers that run it. */
  running = 0;
  /** Requests that may not run yet, in order of arrival. */
  readonly waiting = new Set<QueuedTicket>();
  #known = false;
  #time = 0;

  constructor(most = Infinity) {
    this.most = most;
  }

  /** Whether it has ever been answered. */
  get known(): boolean {
    return this.#known;
  }

  /** Milliseconds that a request keeps a worker, on average; 0 while that is not known. */
  get time(): number {
    return this.#time;
  }

  /** A worker was taken for so many milliseconds. */
  observe(ms: number): void {
    if (this.#known) this.#time += (ms - this.#time) * (ms > this.#time ? LONGER : SHORTER);
    else this.#time = ms;
    this.#known = true;
  }
}
