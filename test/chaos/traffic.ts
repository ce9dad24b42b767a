import { Agent, request } from 'node:http';
import type { Outcome } from './checker.js';

export interface TrafficOptions {
  readonly url: string;
  /** Connections, each with one request after the other. */
  readonly clients: number;
  readonly paths: readonly (readonly ['GET' | 'POST', string])[];
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Milliseconds after which a request counts as not answered. */
  readonly patience: number;
  /** What its requests' ids begin with. */
  readonly prefix: string;
  /** Milliseconds between an answer and the client's next request. */
  readonly pause: number;
  /** A connection for each request. */
  readonly connectAnew: boolean;
}

/** Clients that ask one thing after the other, each until it is told to stop or the server asks it to close its connection. */
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

  /** Resolves when so many requests more have been answered. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = { count: this.outcomes.length + count, resolve };
    });
  }

  /** One request more, on a connection of its own. */
  async once(method: 'GET' | 'POST', path: string): Promise<void> {
    await this.#ask(false, method, path);
  }

  /** Lets every client finish the request that it waits for. */
  async stop(): Promise<readonly Outcome[]> {
    this.#stopped = true;
    await this.ended();
    return this.outcomes;
  }

  /** Resolves when every client has been told to close its connection. */
  async ended(): Promise<void> {
    await Promise.all(this.#clients);
  }

  async #client(): Promise<void> {
    const { connectAnew, pause, paths, random } = this.#options;
    const agent = new Agent({ keepAlive: !connectAnew, maxSockets: 1 });
    for (let open = true; open && !this.#stopped; ) {
      const [method, path] = paths[Math.floor(random() * paths.length)]!;
      open = await this.#ask(agent, method, path);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.#wanted !== undefined && this.outcomes.length >= this.#wanted.count) this.#wanted.resolve();
    }
    agent.destroy();
  }

  /** Gives whether the connection may be used again. */
  #ask(agent: Agent | false, method: 'GET' | 'POST', path: string): Promise<boolean> {
    const { connectAnew, patience, prefix, url } = this.#options;
    this.#count += 1;
    const id = `${prefix}${path.slice(1)}-${this.#count}`;
    return new Promise((resolve) => {
      const done = (status: number | undefined, body: string, open: boolean): void => {
        this.outcomes.push({ id, method, path, status, body });
        resolve(open);
      };
      const target = new URL(`${path}?id=${id}`, url);
      const signal = AbortSignal.timeout(patience);
      const asked = request(target, { agent, method, signal }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
        });
        const mayGoOn = connectAnew || response.headers.connection !== 'close';
        response.on('end', () => done(response.statusCode, body, mayGoOn));
        response.on('error', (error) => done(undefined, String(error), false));
      });
      asked.on('error', (error) => done(undefined, String(error), false));
      asked.end();
    });
  }
}
