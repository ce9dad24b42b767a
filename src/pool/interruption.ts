/** Milliseconds for a worker to say that nothing is left of an interrupt; callbacks of the app may run before. */
const PONG_TIMEOUT = 5000;

/**
 * Milliseconds after which R is sent the signal. Most of what nobody waits for any more is done by then, and C code is
 * seldom ready for it: a prediction of ranger 0.14 that is interrupted crashes R.
 */
const SOON = 100;

/** What stops the unit that a worker runs, short of ending the worker. */
export class Interruption {
  readonly #send: () => void;
  #signalled = false;
  #patience: NodeJS.Timeout | undefined;
  #sending: NodeJS.Timeout | undefined;
  #delay = SOON;

  /** @param send sends R the signal */
  constructor(send: () => void) {
    this.#send = send;
  }

  /** It is not over yet. */
  get isOn(): boolean {
    return this.#patience !== undefined;
  }

  /** R is to come back within `grace` milliseconds, or it is too late. */
  begin(grace: number, late: () => void): void {
    this.#patience = setTimeout(late, grace);
    this.#delay = Math.min(SOON, grace / 2);
  }

  /** Sends R the signal, if it has not come back soon, and may be sent one then. */
  signalSoon(may: () => boolean): void {
    this.#sending ??= setTimeout(() => {
      this.#sending = undefined;
      if (!may()) return;
      this.#signalled = true;
      this.#send();
    }, this.#delay);
  }

  /** R has come back. Whether the signal may still be on its way: then R is to say that it is not. */
  ended(late: () => void): boolean {
    this.end();
    if (this.#signalled) this.begin(PONG_TIMEOUT, late);
    return this.#signalled;
  }

  /** R has said so. */
  passed(): void {
    this.#signalled = false;
    this.end();
  }

  /** Nothing more is to be awaited. */
  end(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    clearTimeout(this.#sending);
    this.#sending = undefined;
  }
}
