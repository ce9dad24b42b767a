import { processMemory } from './process-table.js';
import type { Worker } from './worker.js';

/** How far the limits of workers lie apart, as a share: those that started together must not end together. */
const JITTER = 0.2;

/** Milliseconds between looks at the workers' memory. */
const LOOK_EVERY = 500;

export interface RecyclingLimits {
  /** Requests after which a worker is replaced, up to a fifth more; 0 never. */
  readonly maxRequests: number;
  /** Bytes of PSS above which a worker is replaced; 0 never. */
  readonly maxMemory: number;
  /** Bytes of PSS above which a worker is killed; 0 never. */
  readonly memoryLimit: number;
}

/** What the pool does for it. */
export interface RecyclerOwner {
  workers(): Iterable<Worker>;
  /** Starts a worker on top of those that are there; undefined if none can be started now. */
  spawn(): Worker | undefined;
  /** Ends an idle worker. */
  retire(worker: Worker): void;
  /** Why a worker is being replaced. */
  recycling(worker: Worker, reason: string): void;
  random(): number;
}

/**
 * Replaces workers that have served long or grown large: one at a time, only when the successor is ready, and never in
 * the middle of a request. A worker that breaks the hard limit is killed at once.
 */
export class Recycler {
  readonly #limits: RecyclingLimits;
  readonly #owner: RecyclerOwner;
  /** Requests after which each worker is due. */
  readonly #ages = new WeakMap<Worker, number>();
  /** Those above `maxMemory`, and what they have. */
  readonly #heavy = new WeakMap<Worker, number>();
  #weighing = false;
  readonly #timer: NodeJS.Timeout | undefined;
  #leaving: { readonly worker: Worker; readonly successor: Worker; ready: boolean } | undefined;

  constructor(limits: RecyclingLimits, owner: RecyclerOwner) {
    this.#limits = limits;
    this.#owner = owner;
    if (limits.maxMemory === 0 && limits.memoryLimit === 0) return;
    this.#timer = setInterval(() => void this.#weighAll(), LOOK_EVERY);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The worker that goes as soon as it is idle, and must get nothing into its pipe. */
  get parting(): Worker | undefined {
    return this.#leaving?.ready === true ? this.#leaving.worker : undefined;
  }

  /** A worker has nothing to do. True if it has been told to end, and must get no work. */
  idle(worker: Worker): boolean {
    if (worker === this.parting) {
      this.#leaving = undefined;
      this.#owner.retire(worker);
      return true;
    }
    this.look(worker);
    return false;
  }

  /** Begins to replace a worker if it is due, and no other is being replaced. */
  look(worker: Worker): void {
    if (this.#leaving !== undefined) return;
    const reason = this.#reason(worker);
    const successor = reason === undefined ? undefined : this.#owner.spawn();
    if (reason === undefined || successor === undefined) return;
    this.#leaving = { worker, successor, ready: false };
    this.#owner.recycling(worker, reason);
  }

  /** A worker has become ready. */
  ready(worker: Worker): void {
    const leaving = this.#leaving;
    if (leaving?.successor !== worker) return;
    leaving.ready = true;
    if (leaving.worker.state === 'idle') this.idle(leaving.worker);
  }

  dead(worker: Worker): void {
    if (worker === this.#leaving?.worker || worker === this.#leaving?.successor) this.#leaving = undefined;
  }

  /** Why a worker is due; undefined if it is not. */
  #reason(worker: Worker): string | undefined {
    const memory = this.#heavy.get(worker);
    if (memory !== undefined) return `it has ${megabytes(memory)} MB`;
    const { maxRequests } = this.#limits;
    if (maxRequests === 0) return undefined;
    let age = this.#ages.get(worker);
    if (age === undefined) {
      age = Math.ceil(maxRequests * (1 + JITTER * this.#owner.random()));
      this.#ages.set(worker, age);
    }
    return worker.requests >= age ? `it has answered ${worker.requests} requests` : undefined;
  }

  async #weighAll(): Promise<void> {
    if (this.#weighing) return;
    this.#weighing = true;
    await Promise.all(Array.from(this.#owner.workers(), (worker) => this.#weigh(worker)));
    this.#weighing = false;
  }

  async #weigh(worker: Worker): Promise<void> {
    const { maxMemory, memoryLimit } = this.#limits;
    const least = Math.min(maxMemory || Infinity, memoryLimit || Infinity);
    const memory = worker.pid === undefined ? undefined : await processMemory(worker.pid, least);
    this.#heavy.delete(worker);
    if (memory === undefined || worker.state === 'dead') return;
    if (memoryLimit > 0 && memory > memoryLimit) {
      const limit = `over its limit of ${megabytes(memoryLimit)} MB (--worker-memory-limit)`;
      worker.kill(`was killed with ${megabytes(memory)} MB, ${limit}`);
    } else if (maxMemory > 0 && memory > maxMemory && worker.requests > 0) {
      this.#heavy.set(worker, memory);
      this.look(worker);
    }
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
