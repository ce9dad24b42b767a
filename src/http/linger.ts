import type { Socket } from 'node:net';

/** Milliseconds in which a client that is still sending may come to see its answer. */
const LINGER = 2000;

/**
 * Has a connection end slowly, for an answer that is given before the whole request has been read. Closed at once it
 * would be reset by what still arrives, and with it the answer would be lost; so that is thrown away for a while.
 */
export function linger(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER);
    socket.once('close', () => clearTimeout(timer));
  };
}
