import type { Interruption } from './interruption.js';

/** Requests after which R runs a full garbage collection. By then the app has allocated most of its lasting objects. */
const COLLECT_AFTER_REQUESTS = 500;
/** How long that may take, in ms. The app's finalizers may run. */
const COLLECT_TIMEOUT_MS = 60_000;

/**
 * R's first full garbage collection, which takes by far the longest. An idle worker runs it, so that it does not run during
 * a request (Unicorn and Puma call this out-of-band GC). R marks every object, so a forked worker then copies every memory
 * page that it shares.
 */
export class FirstCollection {
  #begun = false;

  isDue(requests: number): boolean {
    return !this.#begun && requests >= COLLECT_AFTER_REQUESTS;
  }

  /** @param kill called with the reason if it takes too long */
  begin(interruption: Interruption, kill: (reason: string) => void): void {
    this.#begun = true;
    interruption.begin(COLLECT_TIMEOUT_MS, () =>
      kill('was killed, since it had collected its garbage for a minute'),
    );
  }
}
