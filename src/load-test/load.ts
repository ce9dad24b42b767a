import { Client, type Dispatcher } from 'undici';
import { Latency } from './latency.js';

/** Which request to send, and how often. */
export interface LoadPlan {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly connections: number;
  /** In ms. */
  readonly duration: number;
  /** Total requests per second. Undefined: each connection sends the next request after each response. */
  readonly rate: number | undefined;
}

export interface LoadResult {
  readonly latency: Latency;
  /** Duration in seconds. */
  readonly seconds: number;
  /** Responses by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Requests without a response, by error code. */
  readonly faults: ReadonlyMap<string, number>;
  /** Requests that were due but not sent, because all connections were waiting. */
  readonly unsent: number;
  readonly bytes: number;
  /** Responses in each second. */
  readonly perSecond: readonly number[];
}

/** Results so far, for the progress display. */
export interface LoadProgress {
  readonly seconds: number;
  readonly answers: number;
  readonly latency: Latency;
}

/** How long to wait for outstanding responses at the end, in ms. */
const GRACE_MS = 5000;
/** A connection stops after this many failed requests in a row. */
const MAX_CONSECUTIVE_FAULTS = 20;

/**
 * Sends requests over a fixed number of connections, one at a time on each.
 *
 * With a rate, each request has a time at which it is due. If all connections are busy at that time, the wait for a free
 * one counts as latency, as it would for independent clients. Otherwise only `connections` requests would notice that a
 * server stalls (coordinated omission). autocannon cannot replace this: with a rate it sends the requests of each second
 * in one burst, and it records whole milliseconds.
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
      timer = setTimeout(resolve, duration + GRACE_MS);
    });
    await Promise.race([Promise.all(jobs), late]);
    clearTimeout(timer);
    const seconds = Math.min(performance.now() - this.#startedAt, duration) / 1000;
    await Promise.all(clients.map((client) => client.destroy()));
    await Promise.all(jobs); // requests without a response count as faults
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
    while (performance.now() < end && failed < MAX_CONSECUTIVE_FAULTS && !client.destroyed) {
      let since = performance.now();
      if (rate !== undefined) {
        const due = this.#startedAt + (this.#issued * 1000) / rate;
        this.#issued += 1;
        if (due >= end) return;
        // A late timer must not count as latency of the server.
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
