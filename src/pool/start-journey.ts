/** One step of a worker's start, modelled on Passenger's spawning journey. */
export interface StartStep {
  readonly name: string;
  /** Time since the start began, in ms. */
  readonly at: number;
}

/** How much of R's last output the report of a failed start contains. */
const MAX_REPORTED_LINES = 8;
const MAX_LINE_CHARS = 300;

/** The steps of a worker's start and what R prints during it. The report of a failed start contains both. */
export class StartJourney {
  readonly startedAt = performance.now();
  readonly steps: StartStep[] = [];
  #printed: string[] = [];

  step(name: string): void {
    this.steps.push({ name, at: this.elapsed });
    if (name === 'ready') this.#printed = [];
  }

  /** R has printed a line. Lines after the start are ignored. */
  said(line: string): void {
    if (this.done || line.trim() === '') return;
    this.#printed.push(line.slice(0, MAX_LINE_CHARS));
    if (this.#printed.length > MAX_REPORTED_LINES) this.#printed.shift();
  }

  get done(): boolean {
    return this.last === 'ready';
  }

  /** The current step, or the last one of a start that has ended. */
  get last(): string {
    return this.steps.at(-1)?.name ?? 'process';
  }

  /** Time since the start began, in ms. */
  get elapsed(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  /** For messages: ', at step "app" after 120 ms.' and R's last output. */
  describe(): string {
    const where = `, at step "${this.last}" after ${this.elapsed} ms.`;
    return this.#printed.length === 0 ? where : `${where} R's last output: ${this.#printed.join(' | ')}`;
  }
}
