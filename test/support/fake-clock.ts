import type { Clock, Timer } from '../../src/clock.js';

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** A clock that moves only when a test moves it. */
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

  /** The number of timers that have been neither cancelled nor called. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Ends the turn of the event loop, and the turns that follow from it. */
  turn(): void {
    while (this.#soon.length > 0) for (const act of this.#soon.splice(0)) act();
  }

  /** Ends the turn of the event loop, then calls the timers that become due within `ms`, in order. */
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

  /** Lets `ms` pass in one turn of the event loop, at whose end it calls the timers that have become due. */
  late(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }
}
