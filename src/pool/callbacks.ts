/** What R runs between requests: callbacks of timers and promises, and elements of streams. */
export class Callbacks {
  readonly #limit: number;
  readonly #interrupt: () => void;
  #runs = false;
  /** Why they are interrupted. */
  #cause: 'late' | 'left' | undefined;
  /** The stream whose element R computes, if it is for one. */
  #stream = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The stream for whose client R waits. */
  #heldBy: number | undefined;

  /**
   * @param limit     how long they may run in one go, in ms
   * @param interrupt called when they have run for longer, or are not needed any more
   */
  constructor(limit: number, interrupt: () => void) {
    this.#limit = limit;
    this.#interrupt = interrupt;
  }

  /** Whether R runs callbacks. */
  get run(): boolean {
    return this.#runs;
  }

  /** @param stream the stream whose element R computes; 0 for callbacks */
  begin(stream: number): void {
    if (this.#runs) return;
    this.#runs = true;
    this.#stream = stream;
    this.#start();
  }

  /** This stream is no longer needed. */
  abandon(stream: number): void {
    if (!this.#runs || this.#stream !== stream || this.#cause !== undefined) return;
    clearTimeout(this.#timer);
    this.#cause = 'left';
    this.#interrupt();
  }

  /** R waits for the client of this stream, and runs nothing else: that time does not count. */
  hold(stream: number): void {
    this.#heldBy = stream;
    clearTimeout(this.#timer);
  }

  /** A stream has got an element, or R need not wait for its client any more: the time starts again. */
  progress(stream: number): void {
    if (!this.#runs || this.#cause !== undefined || (this.#heldBy !== undefined && this.#heldBy !== stream))
      return;
    this.#heldBy = undefined;
    clearTimeout(this.#timer);
    this.#start();
  }

  #start(): void {
    this.#timer = setTimeout(() => {
      this.#cause = 'late';
      this.#interrupt();
    }, this.#limit);
  }

  /** Returns why they were to be interrupted; undefined if they were not. */
  end(): 'late' | 'left' | undefined {
    const cause = this.#cause;
    clearTimeout(this.#timer);
    this.#runs = false;
    this.#cause = undefined;
    this.#heldBy = undefined;
    return cause;
  }
}
