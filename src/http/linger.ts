import type { Socket } from 'node:net';

/** How long a client that is still sending may take to read its answer, in ms. */
const LINGER_TIMEOUT_MS = 2000;

/**
 * Delays closing a connection whose request was answered before it was read completely. Closed at once, it would be
 * reset by data that still arrives, and the client would lose the answer. So that data is read and discarded.
 */
export function linger(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_TIMEOUT_MS);
    socket.once('close', () => clearTimeout(timer));
  };
}
