/** A request over the threshold. Times are in ms. */
export interface SlowRequest {
  /** When it was answered, in ms since 1970. */
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

const MAX_KEPT = 100;

/** The most recent slow requests. */
export class SlowRequests {
  /** Requests that take this long or longer are slow, in ms. */
  readonly threshold: number;
  readonly #ring: SlowRequest[] = [];
  #count = 0;

  constructor(threshold: number) {
    this.threshold = threshold;
  }

  /** Slow requests since the start. */
  get count(): number {
    return this.#count;
  }

  /** Newest first. */
  get latest(): SlowRequest[] {
    const split = this.#count % MAX_KEPT;
    return [...this.#ring.slice(split), ...this.#ring.slice(0, split)].reverse();
  }

  add(request: SlowRequest): void {
    this.#ring[this.#count % MAX_KEPT] = request;
    this.#count += 1;
  }
}
