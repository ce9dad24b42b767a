import type { Clock } from '../clock.js';
import type { BatchPolicy } from './batch-policy.js';
import type { QueuedTicket } from './queued-ticket.js';

/** Which batchable requests wait for others to join them, even if a worker is idle, and until when. */
export class BatchWaits {
  readonly #clock: Clock;
  readonly #coreFree: () => boolean;
  readonly #over: () => void;
  /** Policies whose requests wait for a brief call to end, with the moment at which they stop waiting. */
  readonly #calls = new Map<BatchPolicy, number>();

  /**
   * @param coreFree whether there is a core for one more R process to run on
   * @param over     called when requests need not wait any more
   */
  constructor(clock: Clock, coreFree: () => boolean, over: () => void) {
    this.#clock = clock;
    this.#coreFree = coreFree;
    this.#over = over;
  }

  /**
   * Lets a request wait for the `wait` of its `@batch`, unless it makes a batch full.
   *
   * @param mates the requests in the queue that it can run with
   */
  begin(ticket: QueuedTicket, mates: () => Iterable<QueuedTicket>): void {
    const { items, policy } = ticket.job.batch!;
    if (policy.wait === 0) return;
    let together = items;
    for (const mate of mates()) together += mate.items;
    if (together >= policy.max) {
      for (const mate of mates()) mate.waitsUntil = 0;
      return;
    }
    ticket.waitsUntil = this.#clock.now() + policy.wait;
    this.#clock.after(policy.wait, () => {
      ticket.waitsUntil = 0;
      this.#over();
    });
  }

  /**
   * Whether the next batch should wait for the end of this turn of the event loop: fewer requests wait than the last call
   * had, so others are probably there to be read. A call costs R the same fixed time for fewer requests.
   */
  gathers({ batchable, job: { route } }: QueuedTicket): boolean {
    return batchable && route !== undefined && route.queued < route.lastRequests;
  }

  /** Whether a request in the queue should wait. */
  has(ticket: QueuedTicket): boolean {
    if (!ticket.batchable) return false;
    const now = this.#clock.now();
    if (ticket.waitsUntil > now) return true;
    const { batch, route } = ticket.job;
    if (route === undefined) return false;
    const { policy } = batch!;
    const until = policy.holdUntil(route, this.#coreFree());
    if (until <= now) return false;
    if ((this.#calls.get(policy) ?? 0) < until) {
      this.#calls.set(policy, until);
      this.#clock.after(until - now, () => {
        this.#calls.delete(policy);
        this.#over();
      });
    }
    return true;
  }
}
