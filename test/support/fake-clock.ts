import type { Clock, Timer } from '../../src/clock.js';

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 1000;
  #order = 0;
  readonly #alarms = new Set<Alarm>();
  #soon: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, act: () => void): Timer {
    this.#order += 1;
    const alarm: Alarm = { at: this.#now + ms, order: this.#order, act };
    this.#alarms.add(alarm);
    return alarm;
  }

  cancel(timer: Timer): void {
    this.#alarms.delete(timer as Alarm);
  }

  soon(act: () => void): void {
    this.#soon.push(act);
  }

  /** Timers that have been started and neither cancelled nor called. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Ends the turn of the loop, and those that follow from it. */
  turn(): void {
    while (this.#soon.length > 0) for (const act of this.#soon.splice(0)) act();
  }

  /** Ends the turn of the loop, then calls what becomes due in so many ms, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.turn();
    for (;;) {
      const due = [...this.#alarms]
        .filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (due === undefined) break;
      this.#alarms.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.act();
      this.turn();
    }
    this.#now = end;
  }
}
