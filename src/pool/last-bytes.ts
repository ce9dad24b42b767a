import type { Socket } from 'node:net';

/** How long to wait for a dead worker's last bytes, in ms. A child of it may keep the connection open. */
const LAST_BYTES_TIMEOUT_MS = 1000;

/** Waits for the data that a process had written before it ended. It may contain an answer. */
export function afterLastBytes(socket: Socket | undefined, done: () => void): void {
  if (socket === undefined || socket.closed) {
    done();
    return;
  }
  const timer = setTimeout(() => socket.destroy(), LAST_BYTES_TIMEOUT_MS);
  socket.once('close', () => {
    clearTimeout(timer);
    done();
  });
}
