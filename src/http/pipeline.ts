import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Requests on one connection that are not answered. Each takes memory, and no common client sends so many ahead. */
const MAX_PIPELINED = 64;

/** Safe methods by RFC 9110: they change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}

interface Runnable {
  readonly request: IncomingMessage;
  run(): void;
  /** Its client has disconnected. Node does not tell that of a response that waits for those before it. */
  left(): void;
}

const PIPELINE = Symbol('requests of a connection');

interface Pipelined extends Socket {
  [PIPELINE]?: Pipeline;
}

/**
 * The open requests of one connection. A client that sends the next request before it has the response to the last one
 * expects both to run in this order. Only safe requests may run at once (RFC 9112, 9.3.2).
 */
export class Pipeline {
  readonly #socket: Socket;
  readonly #open: Runnable[] = [];
  #started = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.once('close', () => {
      for (const request of [...this.#open]) request.left();
    });
  }

  static of(socket: Pipelined): Pipeline {
    socket[PIPELINE] ??= new Pipeline(socket);
    return socket[PIPELINE];
  }

  get full(): boolean {
    return this.#open.length >= MAX_PIPELINED;
  }

  /** Runs a request, or lets it wait for those before it. */
  add(request: Runnable): void {
    this.#open.push(request);
    this.#start();
  }

  /** A request is answered, or its client has disconnected. */
  remove(request: Runnable): void {
    const at = this.#open.indexOf(request);
    this.#open.splice(at, 1);
    if (at < this.#started) this.#started -= 1;
    this.#start();
  }

  #start(): void {
    while (this.#started < this.#open.length && !this.#socket.destroyed) {
      if (this.#started > 0 && !this.#open.slice(0, this.#started + 1).every(changesNothing)) return;
      this.#started += 1;
      this.#open[this.#started - 1]!.run();
    }
  }
}

function changesNothing({ request }: Runnable): boolean {
  return isSafe(request.method!);
}
