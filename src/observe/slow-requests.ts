/** A request that took long. Times are milliseconds. */
export interface SlowRequest {
  /** When it was answered, by the wall clock. */
  readonly at: number;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly duration: number;
  readonly queue: number | undefined;
  readonly r: number | undefined;
  readonly worker: number | undefined;
}

const MOST = 100;

/** The last requests that took longer than they should. */
export class SlowRequests {
  /** Milliseconds from which on a request is slow. */
  readonly threshold: number;
  readonly #ring: SlowRequest[] = [];
  #count = 0;

  constructor(threshold: number) {
    this.threshold = threshold;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** The newest first. */
  get latest(): SlowRequest[] {
    const split = this.#count % MOST;
    return [...this.#ring.slice(split), ...this.#ring.slice(0, split)].reverse();
  }

  add(request: SlowRequest): void {
    this.#ring[this.#count % MOST] = request;
    this.#count += 1;
  }
}
