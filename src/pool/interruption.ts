/** How long a worker may take to answer the ping after an interrupt, in ms. Callbacks of the app may run first. */
const PONG_TIMEOUT_MS = 5000;

/**
 * Delay before R gets the signal, in ms. Most abandoned calls finish by themselves within it, and C code rarely
 * handles interrupts well: interrupting a prediction of ranger 0.14 crashes R.
 */
const SIGNAL_DELAY_MS = 100;

/** Interrupts the unit that a worker runs, without ending the worker. */
export class Interruption {
  readonly #send: () => void;
  #signalled = false;
  #timeout: NodeJS.Timeout | undefined;
  #sending: NodeJS.Timeout | undefined;
  #delay = SIGNAL_DELAY_MS;

  /** @param send sends the signal to R */
  constructor(send: () => void) {
    this.#send = send;
  }

  /** Whether an interruption is in progress. */
  get isOn(): boolean {
    return this.#timeout !== undefined;
  }

  /** Starts the interruption. Calls `late` if R does not return within `grace` ms. */
  begin(grace: number, late: () => void): void {
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(late, grace);
    this.#delay = Math.min(SIGNAL_DELAY_MS, grace / 2);
  }

  /** Sends the signal after a short delay, unless R returns first or `may` forbids it at that time. */
  signalSoon(may: () => boolean): void {
    this.#sending ??= setTimeout(() => {
      this.#sending = undefined;
      if (!may()) {
        this.signalSoon(may); // R may begin to run it, or to run nothing else, before the time is up
        return;
      }
      this.#signalled = true;
      this.#send();
    }, this.#delay);
  }

  /** R has returned. True if the signal may still arrive: the worker must then answer a ping before it gets work. */
  ended(late: () => void): boolean {
    this.end();
    if (this.#signalled) this.begin(PONG_TIMEOUT_MS, late);
    return this.#signalled;
  }

  /** R has answered the ping. */
  passed(): void {
    this.#signalled = false;
    this.end();
  }

  /** Stops all timers. */
  end(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    clearTimeout(this.#sending);
    this.#sending = undefined;
  }
}
