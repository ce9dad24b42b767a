/** A timer that has been started, to be cancelled with the clock that started it. */
export type Timer = unknown;

/** Time as the dispatcher sees it. Tests pass in one of their own, so that they need not wait. */
export interface Clock {
  /** Milliseconds from a fixed moment. */
  now(): number;
  /** Calls `act` once, after `ms` milliseconds. */
  after(ms: number, act: () => void): Timer;
  cancel(timer: Timer): void;
  /** Calls `act` once, when all that this turn of the event loop has read is dealt with. */
  soon(act: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, act) => setTimeout(act, ms),
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  soon: (act) => {
    setImmediate(act);
  },
};
