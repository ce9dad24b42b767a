import type { ContainerMemory } from '../config/container-memory.js';
import { isFull, largestWorker } from './largest-worker.js';
import { processMemory } from './process-table.js';
import type { Worker } from './worker.js';

/** Random part of each worker's request limit, so that workers that started together are not replaced together. */
const REQUEST_LIMIT_JITTER = 0.2;

/** Interval between checks of the workers' memory, in ms. */
const MEMORY_CHECK_INTERVAL_MS = 500;

export interface RecyclingLimits {
  /** Requests after which a worker is replaced, plus up to 20 %; 0 for no limit. */
  readonly maxRequests: number;
  /** PSS above which a worker is replaced, in bytes; 0 for no limit. */
  readonly maxMemory: number;
  /** PSS above which a worker is killed, in bytes; 0 for no limit. */
  readonly memoryLimit: number;
  /** The memory that all workers and the gateway share; undefined without a limit. */
  readonly container?: ContainerMemory | undefined;
}

/** What the recycler needs from the pool. */
export interface RecyclerOwner {
  workers(): Iterable<Worker>;
  /** Starts an additional worker; undefined if none can be started now. */
  spawn(): Worker | undefined;
  /** Stops an idle worker. */
  retire(worker: Worker): void;
  /** A worker is being replaced, for the given reason. */
  recycling(worker: Worker, reason: string): void;
  random(): number;
}

/**
 * Replaces workers that reach a limit of requests or memory: one at a time, when the successor is ready, and never in
 * the middle of a request. A worker above the hard memory limit is killed at once, and the largest one before the container
 * is full: else the kernel would end one process, or with cgroup v2 the whole container.
 */
export class Recycler {
  readonly #limits: RecyclingLimits;
  readonly #owner: RecyclerOwner;
  /** The request limit of each worker. */
  readonly #requestLimits = new WeakMap<Worker, number>();
  /** Workers above `maxMemory`, with their memory in bytes. */
  readonly #heavy = new WeakMap<Worker, number>();
  /** The worker that was killed last because the container was full. */
  #ending: Worker | undefined;
  #checking = false;
  readonly #timer: NodeJS.Timeout | undefined;
  #leaving: { readonly worker: Worker; readonly successor: Worker; ready: boolean } | undefined;

  constructor(limits: RecyclingLimits, owner: RecyclerOwner) {
    this.#limits = limits;
    this.#owner = owner;
    if (limits.maxMemory === 0 && limits.memoryLimit === 0 && limits.container === undefined) return;
    this.#timer = setInterval(() => void this.#checkMemory(), MEMORY_CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The worker that stops as soon as it is idle. It must get no more units into its pipe. */
  get parting(): Worker | undefined {
    return this.#leaving?.ready === true ? this.#leaving.worker : undefined;
  }

  /** A worker is idle. Returns true if it was told to stop and must get no work. */
  idle(worker: Worker): boolean {
    if (worker === this.parting) {
      this.#leaving = undefined;
      this.#owner.retire(worker);
      return true;
    }
    this.look(worker);
    return false;
  }

  /** Starts to replace a worker if it has reached a limit and no other is being replaced. */
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

  /** Why a worker should be replaced; undefined if it should not. */
  #reason(worker: Worker): string | undefined {
    const memory = this.#heavy.get(worker);
    if (memory !== undefined) return `it has ${megabytes(memory)} MB`;
    const { maxRequests } = this.#limits;
    if (maxRequests === 0) return undefined;
    let limit = this.#requestLimits.get(worker);
    if (limit === undefined) {
      limit = Math.ceil(maxRequests * (1 + REQUEST_LIMIT_JITTER * this.#owner.random()));
      this.#requestLimits.set(worker, limit);
    }
    return worker.requests >= limit ? `it has answered ${worker.requests} requests` : undefined;
  }

  async #checkMemory(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const { maxMemory, memoryLimit } = this.#limits;
    if (maxMemory > 0 || memoryLimit > 0)
      await Promise.all(Array.from(this.#owner.workers(), (worker) => this.#checkWorkerMemory(worker)));
    await this.#checkContainer();
    this.#checking = false;
  }

  async #checkContainer(): Promise<void> {
    const { container } = this.#limits;
    if (container === undefined || (this.#ending !== undefined && this.#ending.state !== 'dead')) return;
    const used = container.used();
    if (!isFull(used, container.limit)) return;
    const found = await Promise.all(
      Array.from(this.#owner.workers(), async (worker) => ({
        worker,
        memory: worker.pid === undefined ? 0 : ((await processMemory(worker.pid, 0)) ?? 0),
      })),
    );
    const largest = largestWorker(found, used, container.limit);
    if (largest === undefined || largest.worker.state === 'dead') return;
    this.#ending = largest.worker;
    const full = `the container uses ${megabytes(used)} of its ${megabytes(container.limit)} MB`;
    largest.worker.kill(`was killed with ${megabytes(largest.memory)} MB, because ${full}`);
  }

  async #checkWorkerMemory(worker: Worker): Promise<void> {
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
