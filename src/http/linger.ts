import type { Socket } from 'node:net';

/** How long a client that is still sending may take to read its answer, in ms. */
const LINGER_TIMEOUT_MS = 2000;

/**
 * Delays the closing of a connection whose request was answered before it was read completely. If it were closed at
 * once, data that still arrives would reset it, and the client would lose the answer. So that data is read and
 * discarded.
 */
export function linger(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_TIMEOUT_MS);
    socket.once('close', () => clearTimeout(timer));
  };
}
