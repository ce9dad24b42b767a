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
  /** Nothing is known yet but what workers have taken for the first time. */
  #onlyCold = true;
  /** Workers that have run it once, and those that have run it twice. */
  readonly #tried = new WeakSet<object>();
  readonly #warm = new WeakSet<object>();

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

  /**
   * A worker was taken for so many milliseconds.
   *
   * @param worker if it was not lost: the first time that it runs the route it may have to read a package, and the second
   *   time R compiles what it calls. So these count only as long as nothing better is known, and never to make the route
   *   slower
   */
  observe(ms: number, worker?: object): void {
    const cold = worker !== undefined && !this.#warm.has(worker);
    if (cold) (this.#tried.has(worker) ? this.#warm : this.#tried).add(worker);
    const first = !this.#known || (this.#onlyCold && (!cold || ms < this.#time));
    this.#known = true;
    if (first) this.#time = ms;
    else if (ms < this.#time) this.#time += (ms - this.#time) * SHORTER;
    else if (!cold) this.#time += (ms - this.#time) * LONGER;
    this.#onlyCold &&= cold;
  }
}
