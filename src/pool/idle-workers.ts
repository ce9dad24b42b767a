import type { Worker } from './worker.js';

/** The idle workers, the most recently used one last: its caches are the warmest, and the others can time out. */
export class IdleWorkers {
  #workers: Worker[] = [];

  get size(): number {
    return this.#workers.length;
  }

  add(worker: Worker): void {
    if (!this.#workers.includes(worker)) this.#workers.push(worker);
  }

  remove(worker: Worker): void {
    this.#workers = this.#workers.filter((each) => each !== worker);
  }

  clear(): void {
    this.#workers = [];
  }

  /**
   * Takes one with the fewest open units, and of those the same each time, because that worker's memory is in the CPU
   * caches.
   *
   * @param plan the plan that the worker must have loaded; undefined for any
   */
  take(plan: string | undefined): Worker | undefined {
    let at = -1;
    for (let i = 0; i < this.#workers.length; i += 1) {
      const worker = this.#workers[i]!;
      if (plan !== undefined && worker.plan !== plan) continue;
      if (at < 0 || isBefore(worker, this.#workers[at]!)) at = i;
    }
    return at < 0 ? undefined : this.#workers.splice(at, 1)[0];
  }

  /** Those that have had nothing to do since a time by `performance.now()`. */
  since(time: number): Worker[] {
    return this.#workers.filter(
      ({ idleSince, open, sockets }) => open === 0 && sockets.size === 0 && idleSince <= time,
    );
  }
}

/** Whether a worker is given work before another. */
function isBefore(worker: Worker, other: Worker): boolean {
  return worker.open === other.open ? worker.id < other.id : worker.open < other.open;
}
