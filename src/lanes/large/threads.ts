import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { installation } from '../../installation.js';
import type { LargeJob, LargeResult, LargeResults, Next, Slice } from './job.js';
import { fill } from './read-json.js';

export interface ThreadLimits {
  /** Maximum number of threads. */
  readonly threads: number;
  /** Maximum number of waiting jobs. R does the work of any others. */
  readonly waiting: number;
  /** Heap limit of a thread, in MB. The contents of large vectors and texts are outside the heap. */
  readonly heap: number;
  /** Time limit of a job, and idle time after which a thread ends, in ms. */
  readonly jobTime: number;
  readonly idleTime: number;
}

const defaultLimits: ThreadLimits = {
  threads: availableParallelism() >= 4 ? 2 : 1,
  waiting: 8,
  heap: 256,
  jobTime: 30_000,
  idleTime: 30_000,
};

/** Limit of V8's young generation, in MB. The default is several times larger, without benefit here. */
const YOUNG_MB = 4;

interface Waiting {
  readonly job: LargeJob;
  settle(result: LargeResult): void;
  /** What has arrived of the value of a `ReadJob`. */
  readonly slices: Slice[];
}

interface Thread {
  readonly worker: Worker;
  current: Waiting | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The threads that parse large bodies and print large values, so that other requests do not wait for that. Every job
 * gets a result, even if its thread ends: R then does the work, as for everything that is not covered here.
 */
export class LargeThreads {
  readonly #limits: ThreadLimits;
  readonly #script: URL;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(limits: Partial<ThreadLimits> = {}, script = new URL('dist/thread.js', installation)) {
    this.#limits = { ...defaultLimits, ...limits };
    this.#script = script;
    // New threads can then call the garbage collector. This thread can't.
    setFlagsFromString('--expose-gc');
  }

  /** Number of running threads. */
  get size(): number {
    return this.#threads.size;
  }

  /** Number of running and waiting jobs. */
  get jobs(): number {
    let jobs = this.#waiting.length;
    for (const { current } of this.#threads) if (current !== undefined) jobs += 1;
    return jobs;
  }

  run<Job extends LargeJob>(job: Job): Promise<LargeResults[Job['kind']]> {
    return new Promise((resolve) => {
      const settle = (result: LargeResult): void => resolve(result as LargeResults[Job['kind']]);
      const waiting: Waiting = { job, settle, slices: [] };
      const thread = this.#closed ? undefined : this.#free();
      if (thread !== undefined) this.#assign(thread, waiting);
      else if (this.#closed || this.#waiting.length >= this.#limits.waiting)
        waiting.settle({ kind: 'left-to-r', reason: 'no thread is free', busy: true });
      else this.#waiting.push(waiting);
    });
  }

  /** Ends the threads. R does the work of their jobs. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) leaveToR(waiting, 'the threads have ended');
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #free(): Thread | undefined {
    for (const thread of this.#threads) if (thread.current === undefined) return thread;
    return this.#threads.size < this.#limits.threads ? this.#start() : undefined;
  }

  #start(): Thread {
    const worker = new Worker(this.#script, {
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heap, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    const thread: Thread = { worker, current: undefined, timer: undefined };
    this.#threads.add(thread);
    worker.unref();
    worker.on('message', (result: LargeResult | Slice) => {
      if (result.kind === 'slice') take(thread, result);
      else this.#finish(thread, result);
    });
    worker.on('error', () => {}); // 'exit' follows
    worker.once('exit', () => this.#ended(thread));
    return thread;
  }

  #assign(thread: Thread, waiting: Waiting): void {
    clearTimeout(thread.timer);
    thread.current = waiting;
    thread.timer = setTimeout(() => void thread.worker.terminate(), this.#limits.jobTime);
    thread.worker.postMessage(waiting.job);
  }

  #finish(thread: Thread, result: LargeResult): void {
    clearTimeout(thread.timer);
    const { current } = thread;
    thread.current = undefined;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#assign(thread, next);
    else {
      thread.timer = setTimeout(() => void thread.worker.terminate(), this.#limits.idleTime);
      thread.timer.unref();
    }
    if (result.kind === 'read') fill(result, current?.slices ?? []);
    current?.settle(result);
  }

  #ended(thread: Thread): void {
    clearTimeout(thread.timer);
    this.#threads.delete(thread);
    if (thread.current !== undefined) leaveToR(thread.current, 'the thread has ended');
    // The job may have caused this, so the waiting jobs get a new thread.
    const next = this.#closed ? undefined : this.#waiting.shift();
    if (next !== undefined) this.#assign(this.#start(), next);
  }
}

/** Asks for the next slice when other events have had their turn. */
function take({ current, worker }: Thread, slice: Slice): void {
  current?.slices.push(slice);
  setImmediate(() => worker.postMessage({ kind: 'next' } satisfies Next));
}

function leaveToR({ settle }: Waiting, reason: string): void {
  settle({ kind: 'left-to-r', reason });
}
