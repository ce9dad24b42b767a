/** Share of the way down to the present number that the most takes with each request that leaves. */
const FORGET = 1 / 1024;

/**
 * The requests of one batched route that are open, in the queue or in R, and how many that is in busy times.
 *
 * Half of them make a batch that is worth starting before the rest has been read: R then computes one half while the
 * gateway answers and reads the other. Started with the first that comes, R would be busy with that one alone while
 * the others wait for it; with all of them in one batch, gateway and R would wait for each other in turn.
 */
export class Crowd {
  #open = 0;
  #most = 0;
  /** Of these, those that wait for a worker. */
  waiting = 0;

  entered(): void {
    this.#open += 1;
    this.waiting += 1;
    if (this.#open > this.#most) this.#most = this.#open;
  }

  left(): void {
    this.#open -= 1;
    this.#most -= (this.#most - this.#open) * FORGET;
  }

  /** Whether what waits is worth a batch at once. */
  get isEnough(): boolean {
    return 2 * this.waiting >= this.#most;
  }
}
