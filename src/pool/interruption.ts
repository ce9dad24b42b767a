/** Milliseconds for a worker to say that nothing is left of an interrupt; callbacks of the app may run before. */
const PONG_TIMEOUT = 5000;

/** What stops the unit that a worker runs, short of ending the worker. */
export class Interruption {
  readonly #send: () => void;
  #signalled = false;
  #patience: NodeJS.Timeout | undefined;

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
  }

  signal(): void {
    this.#signalled = true;
    this.#send();
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
  }
}
