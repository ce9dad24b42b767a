/**
 * The answer of jsonlite's rules here when a case is outside what is proven to be the same: the caller then asks R.
 * It is thrown inside (cheaply: it is no `Error` and has no stack) and returned at the border.
 */
export class NotCovered {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export function notCovered(reason: string): never {
  throw new NotCovered(reason);
}

/** Runs `work` and returns what it threw as `NotCovered`. */
export function covered<T>(work: () => T): T | NotCovered {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotCovered) return error;
    throw error;
  }
}
