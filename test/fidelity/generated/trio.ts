import { ask, HangUp, Silence, type WireRequest } from '../../support/http.js';
import { startPenstock } from '../../support/penstock.js';
import { startPlumber } from '../../support/plumber.js';
import type { Server } from '../../support/process.js';
import { type Answer, answerOf } from '../ask.js';
import { fileOf, type Setting } from './endpoints.js';

/** The response of one server, or what it did instead. */
export type Reaction = Answer | 'hangs up' | 'is silent';

export const contenders = ['plumber', 'plumber lane', 'direct lane'] as const;

// JSON that curl labels as a form is an intended deviation. plumber has no deadline, however busy the machine is.
const flags = ['--no-form-json', '--timeout', '10m'];

/** Real plumber and Penstock in both of its lanes, on the same API. */
export class Trio {
  static readonly #running = new Set<Trio>();
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
    Trio.#running.add(this);
  }

  /** Stops the servers of all trios after an interrupt. */
  static async stopAll(): Promise<void> {
    await Promise.all([...Trio.#running].map((trio) => trio.stop()));
  }

  static async start({ api, around }: Setting): Promise<Trio> {
    const app = fileOf(api);
    const env = { SURROUNDINGS: around };
    const started = await Promise.allSettled([
      startPlumber(app, { env }),
      startPenstock(app, { env, lane: 'plumber', flags }),
      startPenstock(app, { env, lane: 'auto', flags }),
    ]);
    const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const trio = new Trio(servers);
    for (const one of started) {
      if (one.status === 'rejected') {
        await trio.stop();
        throw one.reason;
      }
    }
    return trio;
  }

  /** Reactions in the order of `contenders`. Each request uses its own connection, on which plumber answers at once. */
  async reactions(request: WireRequest): Promise<Reaction[]> {
    return Promise.all(this.#servers.map((server) => reaction(server, request)));
  }

  /** How many requests took the direct lane. */
  get direct(): number {
    return this.#servers[2]!.output().split('"lane":"direct"').length - 1;
  }

  async stop(): Promise<void> {
    Trio.#running.delete(this);
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

async function reaction(server: Server, request: WireRequest): Promise<Reaction> {
  try {
    return answerOf(await ask(server.port, request));
  } catch (error) {
    if (error instanceof HangUp) return 'hangs up';
    if (error instanceof Silence) return 'is silent';
    // The server has exited: there is no response to compare, and no server for further requests.
    throw new Error(`${server.name} has exited:\n${server.output().slice(-4000)}`, { cause: error });
  }
}

export function differ(reactions: readonly Reaction[]): boolean {
  return reactions.some((reaction) => !same(reactions[0]!, reaction));
}

function same(a: Reaction, b: Reaction): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.status === b.status && a.body.equals(b.body) && a.headers.join('\n') === b.headers.join('\n');
}
