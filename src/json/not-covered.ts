/**
 * Result for a case where the output is not certain to equal jsonlite's: the caller then asks R. Thrown inside
 * `src/json`, cheaply because it is not an `Error` and has no stack, and returned from there.
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

/** Runs `work` and returns a thrown `NotCovered`. */
export function covered<T>(work: () => T): T | NotCovered {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotCovered) return error;
    throw error;
  }
}
