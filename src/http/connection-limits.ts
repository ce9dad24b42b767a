import type { Server, Socket } from 'node:net';
import { PenstockError } from '../errors.js';
import { rawErrorReply } from './error-reply.js';
import { linger } from './linger.js';

/** Connections over a limit that are told so at one time; more are closed without a word. */
const MOST_TOLD = 256;

export interface ConnectionLimitOptions {
  /** Connections in all, and from one address; 0 sets no limit. */
  readonly maxConnections: number;
  readonly maxConnectionsPerClient: number;
  /** Whether they are told in plain text why they are closed, which no client of TLS would understand. */
  readonly tell: boolean;
}

/** Stands before the HTTP server: a connection over a limit is told why it is closed, and costs no more than that. */
export class ConnectionLimits {
  readonly #options: ConnectionLimitOptions;
  readonly #refused: (error: PenstockError) => void;
  readonly #byAddress = new Map<string, number>();
  readonly #told = new Set<Socket>();
  #open = 0;

  /** @param refused hears of each connection that is refused */
  constructor(options: ConnectionLimitOptions, refused: (error: PenstockError) => void) {
    this.#options = options;
    this.#refused = refused;
  }

  /** Takes the place of the server's own way to take a connection. */
  guard(server: Server): void {
    const [take] = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      const error = this.#excess(socket.remoteAddress ?? '');
      if (error !== undefined) {
        this.#refuse(socket, error);
        return;
      }
      this.#count(socket);
      take!.call(server, socket);
    });
  }

  /** Closes those that are being told. */
  close(): void {
    for (const socket of this.#told) socket.destroy();
  }

  #excess(address: string): PenstockError | undefined {
    const { maxConnections, maxConnectionsPerClient } = this.#options;
    if (maxConnections > 0 && this.#open >= maxConnections) {
      return new PenstockError('connections_full', `${maxConnections} are the limit.`);
    }
    if (maxConnectionsPerClient > 0 && (this.#byAddress.get(address) ?? 0) >= maxConnectionsPerClient) {
      return new PenstockError('client_connections', `${maxConnectionsPerClient} are the limit.`);
    }
    return undefined;
  }

  #count(socket: Socket): void {
    this.#open += 1;
    const perClient = this.#options.maxConnectionsPerClient > 0;
    const address = socket.remoteAddress ?? '';
    if (perClient) this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    socket.once('close', () => {
      this.#open -= 1;
      if (!perClient) return;
      const left = this.#byAddress.get(address)! - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    });
  }

  #refuse(socket: Socket, error: PenstockError): void {
    this.#refused(error);
    if (!this.#options.tell || this.#told.size >= MOST_TOLD) {
      socket.destroy();
      return;
    }
    this.#told.add(socket);
    socket.on('error', () => {}); // it is of no more interest
    socket.once('close', () => this.#told.delete(socket));
    linger(socket);
    socket.write(rawErrorReply(error));
    socket.destroySoon();
  }
}
