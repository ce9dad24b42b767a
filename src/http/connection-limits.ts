import type { Server, Socket } from 'node:net';
import { reserve } from '../descriptors.js';
import { PenstockError } from '../errors.js';
import { clientNetwork } from './client-network.js';
import { rawErrorReply } from './error-reply.js';
import { linger } from './linger.js';

/** Rejected connections that get an error response at the same time. */
const MAX_ERROR_REPLIES = 256;

export interface ConnectionLimitOptions {
  /** Connections in total, and from one client; 0 for no limit. */
  readonly maxConnections: number;
  readonly maxConnectionsPerClient: number;
  /** How many descriptors there are for connections and files of responses; undefined if unknown. */
  readonly room: number | undefined;
  /** Whether rejected connections get a plain-text error response. A TLS client would not understand it. */
  readonly tell: boolean;
}

/** Rejects connections over a limit before they reach the HTTP server. */
export class ConnectionLimits {
  readonly #options: ConnectionLimitOptions;
  readonly #refused: (error: PenstockError) => void;
  readonly #byClient = new Map<string, number>();
  readonly #rejected = new Set<Socket>();
  #open = 0;
  #files = 0;

  /** @param refused called for each rejected connection */
  constructor(options: ConnectionLimitOptions, refused: (error: PenstockError) => void) {
    this.#options = options;
    this.#refused = refused;
  }

  /** Replaces the server's own connection listener. */
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

  /** Closes connections that are still receiving an error response. */
  close(): void {
    for (const socket of this.#rejected) socket.destroy();
  }

  /** Takes a descriptor for the file of a response. Returns false if that would exceed the limit. */
  takeFile(): boolean {
    if (this.#full) return false;
    this.#files += 1;
    return true;
  }

  freeFile(): void {
    this.#files -= 1;
  }

  /** Whether all descriptors are taken but those reserved for others. Some rejected connections have their own. */
  get #full(): boolean {
    const { room } = this.#options;
    const rejected = Math.max(0, this.#rejected.size - reserve.rejected);
    return room !== undefined && this.#open + this.#files + rejected >= room;
  }

  /** Whether another rejected connection gets an error response. Others are closed without one. */
  get #answers(): boolean {
    const { size } = this.#rejected;
    return this.#options.tell && (size < reserve.rejected || (size < MAX_ERROR_REPLIES && !this.#full));
  }

  #excess(address: string): PenstockError | undefined {
    const { maxConnections, maxConnectionsPerClient } = this.#options;
    if (maxConnections > 0 && this.#open >= maxConnections) {
      return new PenstockError('connections_full', `The limit is ${maxConnections}.`);
    }
    if (
      maxConnectionsPerClient > 0 &&
      (this.#byClient.get(clientNetwork(address)) ?? 0) >= maxConnectionsPerClient
    ) {
      return new PenstockError('client_connections', `The limit is ${maxConnectionsPerClient}.`);
    }
    if (this.#full) {
      return new PenstockError('connections_full', `The limit of open files allows ${this.#options.room}.`);
    }
    return undefined;
  }

  #count(socket: Socket): void {
    this.#open += 1;
    const perClient = this.#options.maxConnectionsPerClient > 0;
    const client = clientNetwork(socket.remoteAddress ?? '');
    if (perClient) this.#byClient.set(client, (this.#byClient.get(client) ?? 0) + 1);
    socket.once('close', () => {
      this.#open -= 1;
      if (!perClient) return;
      const left = this.#byClient.get(client)! - 1;
      if (left === 0) this.#byClient.delete(client);
      else this.#byClient.set(client, left);
    });
  }

  #refuse(socket: Socket, error: PenstockError): void {
    this.#refused(error);
    if (!this.#answers) {
      socket.destroy();
      return;
    }
    this.#rejected.add(socket);
    socket.on('error', () => {}); // the connection is being closed
    socket.once('close', () => this.#rejected.delete(socket));
    linger(socket);
    socket.write(rawErrorReply(error));
    socket.destroySoon();
  }
}
