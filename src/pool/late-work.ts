import type { Socket } from 'node:net';
import type { WorkerPipe } from './worker-pipe.js';

/**
 * R must start a unit from its pipe within the first time. If it has not, the gateway takes the unit back after the
 * second. Both sides use the same clock; the difference allows for clock adjustments.
 */
const START_WITHIN_MS = 25;
const TAKE_BACK_AFTER_MS = 50;

/**
 * Takes back units that wait behind a call, or behind callbacks of promises, that take unexpectedly long. Each unit
 * carries a time limit, and R skips units that it reaches after it. So a unit that R has not started by then, judging by
 * everything that R has sent, has not run and never will.
 */
export class LateWork {
  readonly #pipe: WorkerPipe;
  readonly #socket: () => Socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param socket the connection that R answers on */
  constructor(pipe: WorkerPipe, socket: () => Socket | undefined) {
    this.#pipe = pipe;
    this.#socket = socket;
  }

  /** Called before a unit is put into the pipe. Returns the time until which R may start it, in ms (wall clock). */
  expect(): number {
    this.#timer ??= setTimeout(this.#look, TAKE_BACK_AFTER_MS);
    return Date.now() + START_WITHIN_MS;
  }

  /** The worker has ended. */
  end(): void {
    clearTimeout(this.#timer);
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const socket = this.#socket();
    if (!this.#pipe.uncertain || socket === undefined) return;
    const late = Date.now() - (TAKE_BACK_AFTER_MS - START_WITHIN_MS);
    if (!this.#pipe.isLate(late)) {
      this.#lookAgain();
      return;
    }
    const heard = socket.bytesRead;
    // By then the event loop has read everything that had arrived.
    setImmediate(() => {
      if (socket.bytesRead === heard) for (const unit of this.#pipe.takeBack(late)) unit.returned();
      if (this.#pipe.uncertain) this.#lookAgain();
    });
  };

  #lookAgain(): void {
    this.#timer ??= setTimeout(this.#look, TAKE_BACK_AFTER_MS - START_WITHIN_MS);
  }
}
