import { Agent, request } from 'node:http';

export interface LoadInput {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  /** JSON. */
  readonly body?: string;
  /** The number of concurrent requests. */
  readonly clients: number;
  /** The expected body of the answer. */
  readonly answer: string;
  /** Whether each client keeps its connection open, if the server allows it. */
  readonly keepAlive?: boolean;
}

/** How requests ended. `refused` never reached a server; `failed` counts every other failure by its message. */
export interface LoadCounts {
  answered: number;
  refused: number;
  readonly failed: Map<string, number>;
}

/** Clients that send the next request as soon as they are answered, until they are stopped or refused. */
export class SteadyLoad {
  readonly counts: LoadCounts = { answered: 0, refused: 0, failed: new Map() };
  readonly #input: LoadInput;
  readonly #agent: Agent;
  readonly #clients: Promise<void>[];
  #stopped = false;

  constructor(input: LoadInput) {
    this.#input = input;
    this.#agent = new Agent({ keepAlive: input.keepAlive ?? true, maxSockets: input.clients });
    this.#clients = Array.from({ length: input.clients }, () => this.#client());
  }

  /** Resolves when `count` requests have been answered. */
  async answered(count: number): Promise<void> {
    while (this.counts.answered < count && !this.#stopped) await new Promise(setImmediate);
  }

  /** Stops the clients after their current requests. */
  async stop(): Promise<LoadCounts> {
    this.#stopped = true;
    return this.over();
  }

  /** Resolves when every client has been stopped or refused. */
  async over(): Promise<LoadCounts> {
    await Promise.all(this.#clients);
    this.#agent.destroy();
    return this.counts;
  }

  async #client(): Promise<void> {
    while (!this.#stopped) {
      const outcome = await this.#ask();
      if (outcome === 'refused') {
        this.counts.refused += 1;
        return;
      }
      if (outcome === 'answered') this.counts.answered += 1;
      else this.counts.failed.set(outcome, (this.counts.failed.get(outcome) ?? 0) + 1);
    }
  }

  #ask(): Promise<string> {
    const { answer, body, method = 'GET', url } = this.#input;
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    return new Promise((resolve) => {
      const asking = request(url, { agent: this.#agent, method, headers, timeout: 60_000 }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
        });
        response.on('error', (error) => resolve(`cut: ${error.message}`));
        response.on('end', () => {
          const right = response.statusCode === 200 && text === answer;
          resolve(right ? 'answered' : `${response.statusCode} ${text.slice(0, 200)}`);
        });
      });
      asking.on('timeout', () => asking.destroy(new Error('no answer in 60 s')));
      asking.on('error', ({ code, message }: NodeJS.ErrnoException) => {
        resolve(code === 'ECONNREFUSED' ? 'refused' : `${code ?? ''} ${message}`);
      });
      asking.end(body);
    });
  }
}
