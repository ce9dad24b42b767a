import type { Manifest } from '../app/manifest.js';

/**
 * The plans of the direct lane that workers have loaded. Calls of the direct lane name routes by index, so a worker with
 * another plan can't run them.
 */
export class Plans {
  #first: string | undefined;
  #differ = false;

  /** Whether workers have loaded different plans. */
  get differ(): boolean {
    return this.#differ;
  }

  /** Returns whether this is the first plan that differs. */
  add({ plan }: Manifest): boolean {
    this.#first ??= plan;
    if (this.#first === plan || this.#differ) return false;
    this.#differ = true;
    return true;
  }
}
