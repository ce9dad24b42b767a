import { Agent, request } from 'node:http';
import type { Outcome } from './checker.js';

export interface TrafficOptions {
  readonly url: string;
  /** Number of clients. Each sends one request after the other. */
  readonly clients: number;
  readonly paths: readonly (readonly ['GET' | 'POST', string])[];
  /** Returns numbers from 0 to less than 1. */
  readonly random: () => number;
  /** A request without a response after this time counts as unanswered. */
  readonly timeoutMs: number;
  /** The start of the IDs of its requests. */
  readonly idPrefix: string;
  /** Time between a response and the client's next request. */
  readonly pauseMs: number;
  /** Opens a connection for each request instead of keeping one per client. */
  readonly connectionPerRequest: boolean;
}

/** Clients that send requests until they are stopped, or until the server asks them to close their connection. */
export class Traffic {
  readonly outcomes: Outcome[] = [];
  readonly #options: TrafficOptions;
  readonly #clients: Promise<void>[];
  #stopped = false;
  #count = 0;
  #wanted: { count: number; resolve: () => void } | undefined;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: options.clients }, () => this.#client());
  }

  /** Resolves after this many more requests have ended. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = { count: this.outcomes.length + count, resolve };
    });
  }

  /** Sends one more request, on its own connection. */
  async once(method: 'GET' | 'POST', path: string): Promise<void> {
    await this.#send(false, method, path);
  }

  /** Stops the clients after their current requests. Resolves to all results. */
  async stop(): Promise<readonly Outcome[]> {
    this.#stopped = true;
    await this.ended();
    return this.outcomes;
  }

  /** Resolves when every client has stopped. */
  async ended(): Promise<void> {
    await Promise.all(this.#clients);
  }

  async #client(): Promise<void> {
    const { connectionPerRequest, pauseMs, paths, random } = this.#options;
    const agent = new Agent({ keepAlive: !connectionPerRequest, maxSockets: 1 });
    for (let open = true; open && !this.#stopped; ) {
      const [method, path] = paths[Math.floor(random() * paths.length)]!;
      open = await this.#send(agent, method, path);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (this.#wanted !== undefined && this.outcomes.length >= this.#wanted.count) this.#wanted.resolve();
    }
    agent.destroy();
  }

  /** Resolves to whether the client may send another request. */
  #send(agent: Agent | false, method: 'GET' | 'POST', path: string): Promise<boolean> {
    const { connectionPerRequest, timeoutMs, idPrefix, url } = this.#options;
    this.#count += 1;
    const id = `${idPrefix}${path.slice(1)}-${this.#count}`;
    return new Promise((resolve) => {
      const done = (status: number | undefined, body: string, open: boolean): void => {
        this.outcomes.push({ id, method, path, status, body });
        resolve(open);
      };
      const target = new URL(`${path}?id=${id}`, url);
      const signal = AbortSignal.timeout(timeoutMs);
      const outgoing = request(target, { agent, method, signal }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
        });
        const mayContinue = connectionPerRequest || response.headers.connection !== 'close';
        response.on('end', () => done(response.statusCode, body, mayContinue));
        response.on('error', (error) => done(undefined, String(error), false));
      });
      outgoing.on('error', (error) => done(undefined, String(error), false));
      outgoing.end();
    });
  }
}
