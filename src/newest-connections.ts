import type { Socket } from 'node:net';

/**
 * A limited number of idle connections. A new one over the limit closes the one that has been idle longest, so that idle
 * connections cannot keep others out.
 */
export class NewestConnections {
  readonly #limit: number;
  /** The one that has been idle longest comes first. */
  readonly #idle = new Set<Socket>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(socket: Socket): void {
    socket.once('close', () => this.#idle.delete(socket));
    this.idle(socket);
  }

  /** The connection is not in use any more. */
  idle(socket: Socket): void {
    if (socket.destroyed) return;
    this.#idle.add(socket);
    if (this.#idle.size <= this.#limit) return;
    const [idlest] = this.#idle;
    this.inUse(idlest!);
    idlest!.destroy();
  }

  /** The connection is in use, or counts no more for another reason. */
  inUse(socket: Socket): void {
    this.#idle.delete(socket);
  }
}
