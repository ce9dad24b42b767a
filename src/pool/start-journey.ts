/** One step of a worker's start, after Passenger's spawning journey. */
export interface StartStep {
  readonly name: string;
  /** Milliseconds since the start began. */
  readonly at: number;
}

/** Lines of what R printed last that a failed start is reported with, and characters of each. */
const LAST_LINES = 8;
const LONGEST_LINE = 300;

/** What a start goes through, in order, and what R prints meanwhile: a failure is told with both. */
export class StartJourney {
  readonly startedAt = performance.now();
  readonly steps: StartStep[] = [];
  #printed: string[] = [];

  step(name: string): void {
    this.steps.push({ name, at: this.elapsed });
    if (name === 'ready') this.#printed = [];
  }

  /** R has printed a line before it was ready. */
  said(line: string): void {
    if (this.done || line.trim() === '') return;
    this.#printed.push(line.slice(0, LONGEST_LINE));
    if (this.#printed.length > LAST_LINES) this.#printed.shift();
  }

  get done(): boolean {
    return this.last === 'ready';
  }

  /** The step that it is at, or that it ended at. */
  get last(): string {
    return this.steps.at(-1)?.name ?? 'process';
  }

  /** Milliseconds since the start began. */
  get elapsed(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  /** For people: ', at step "app" after 120 ms.', and what R printed last. */
  describe(): string {
    const where = `, at step "${this.last}" after ${this.elapsed} ms.`;
    return this.#printed.length === 0 ? where : `${where} R's last output: ${this.#printed.join(' | ')}`;
  }
}
