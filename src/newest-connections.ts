import type { Socket } from 'node:net';

/**
 * A limited number of connections. A new one over the limit closes the one that has been idle longest, so that idle
 * connections cannot keep others out.
 */
export class NewestConnections {
  readonly #limit: number;
  /** The one that has been idle longest comes first. */
  readonly #open = new Set<Socket>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    if (this.#open.size <= this.#limit) return;
    const [idlest] = this.#open;
    this.delete(idlest!);
    idlest!.destroy();
  }

  /** The connection is in use. */
  used(socket: Socket): void {
    if (this.#open.delete(socket)) this.#open.add(socket);
  }

  /** The connection does not count any more. */
  delete(socket: Socket): void {
    this.#open.delete(socket);
  }
}
