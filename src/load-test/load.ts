import { Client, type Dispatcher } from 'undici';
import { Latency } from './latency.js';

/** What is asked, and how much of it. */
export interface LoadPlan {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly connections: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Requests per second in all; undefined: each connection asks again as soon as it has an answer. */
  readonly rate: number | undefined;
}

/** What came of it. */
export interface LoadResult {
  readonly latency: Latency;
  /** Seconds that it lasted. */
  readonly seconds: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Requests without an answer, by what went wrong. */
  readonly faults: ReadonlyMap<string, number>;
  /** Requests that were due in time and could not be sent, since all connections were waiting. */
  readonly unsent: number;
  readonly bytes: number;
  /** Answers in each second. */
  readonly perSecond: readonly number[];
}

/** How it goes so far. */
export interface LoadProgress {
  readonly seconds: number;
  readonly answers: number;
  readonly latency: Latency;
}

/** Milliseconds for answers that are still to come when the time is over. */
const GRACE = 5000;
/** Faults of a connection one after the other, after which it gives up: nothing is there to be measured. */
const MOST_FAULTS = 20;

/**
 * Asks over so many connections, one request at a time on each.
 *
 * With a rate, each request has a moment at which it is due. Where all connections are still waiting for an answer then,
 * the time until it can be sent counts as part of its latency: clients that do not wait for one another would have
 * waited, too. Without that, a server that stands still for a second would be seen to do so by `connections` requests
 * only (coordinated omission).
 */
export class Load {
  readonly #plan: LoadPlan;
  readonly #latency = new Latency();
  readonly #statuses = new Map<number, number>();
  readonly #faults = new Map<string, number>();
  readonly #perSecond: number[] = [];
  #bytes = 0;
  #startedAt = 0;
  #issued = 0;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
  }

  get progress(): LoadProgress {
    const seconds = this.#startedAt === 0 ? 0 : (performance.now() - this.#startedAt) / 1000;
    return { seconds, answers: this.#latency.count, latency: this.#latency };
  }

  async run(): Promise<LoadResult> {
    const { connections, duration, rate, url } = this.#plan;
    const clients = Array.from(
      { length: connections },
      () => new Client(url.origin, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 }),
    );
    this.#startedAt = performance.now();
    const jobs = clients.map((client) => this.#connection(client));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, duration + GRACE);
    });
    await Promise.race([Promise.all(jobs), late]);
    clearTimeout(timer);
    const seconds = Math.min(performance.now() - this.#startedAt, duration) / 1000;
    await Promise.all(clients.map((client) => client.destroy()));
    await Promise.all(jobs); // those that were cut count as faults
    return {
      latency: this.#latency,
      seconds,
      statuses: this.#statuses,
      faults: this.#faults,
      unsent: rate === undefined ? 0 : Math.max(0, Math.ceil((rate * duration) / 1000) - this.#issued),
      bytes: this.#bytes,
      perSecond: this.#perSecond,
    };
  }

  async #connection(client: Client): Promise<void> {
    const { duration, rate } = this.#plan;
    const end = this.#startedAt + duration;
    let failed = 0;
    while (performance.now() < end && failed < MOST_FAULTS && !client.destroyed) {
      let since = performance.now();
      if (rate !== undefined) {
        const due = this.#startedAt + (this.#issued * 1000) / rate;
        this.#issued += 1;
        if (due >= end) return;
        // A timer that is late is no fault of the server's.
        if (due > since) {
          await new Promise((resolve) => setTimeout(resolve, due - since));
          since = performance.now();
        } else {
          since = due;
        }
      }
      failed = (await this.#ask(client, since)) ? 0 : failed + 1;
    }
  }

  #ask(client: Client, since: number): Promise<boolean> {
    const { body, headers, method, url } = this.#plan;
    return new Promise((resolve) => {
      let status = 0;
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => {},
        onResponseStart: (_controller, code) => {
          status = code;
        },
        onResponseData: (_controller, chunk) => {
          this.#bytes += chunk.length;
        },
        onResponseEnd: () => {
          this.#answered(status, since);
          resolve(true);
        },
        onResponseError: (_controller, error) => {
          const name = (error as NodeJS.ErrnoException).code ?? error.name;
          this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
          resolve(false);
        },
      };
      client.dispatch(
        {
          path: `${url.pathname}${url.search}`,
          method: method as Dispatcher.HttpMethod,
          headers,
          body: body ?? null,
        },
        handler,
      );
    });
  }

  #answered(status: number, since: number): void {
    const now = performance.now();
    this.#latency.record(now - since);
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    const second = Math.floor((now - this.#startedAt) / 1000);
    while (this.#perSecond.length <= second) this.#perSecond.push(0);
    this.#perSecond[second]! += 1;
  }
}
