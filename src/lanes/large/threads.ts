import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { installation } from '../../installation.js';
import type { LargeJob, LargeResult, LargeResults } from './job.js';

export interface ThreadLimits {
  /** Threads at most. */
  readonly threads: number;
  /** Jobs that wait for one at most; R gets what is beyond. */
  readonly waiting: number;
  /** Megabytes of a thread's heap; the contents of large vectors and texts lie outside of it. */
  readonly heap: number;
  /** Milliseconds that a job may take, and after which a thread that has nothing to do ends. */
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

/** Megabytes for what has just been made. The default grows to several times this, and to no use here. */
const YOUNG_HEAP = 4;

interface Waiting {
  readonly job: LargeJob;
  settle(result: LargeResult): void;
}

interface Thread {
  readonly worker: Worker;
  current: Waiting | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The threads in which large bodies are parsed and large values printed, so that nobody else waits for it. Whatever
 * becomes of a thread, its job gets a result: then R does the work, as it does what is not covered here.
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
    // New threads, and only they, can then say when they are done with their memory.
    setFlagsFromString('--expose-gc');
  }

  /** Threads that run. */
  get size(): number {
    return this.#threads.size;
  }

  /** Jobs that run or wait. */
  get jobs(): number {
    let jobs = this.#waiting.length;
    for (const { current } of this.#threads) if (current !== undefined) jobs += 1;
    return jobs;
  }

  run<Job extends LargeJob>(job: Job): Promise<LargeResults[Job['kind']]> {
    return new Promise((resolve) => {
      const waiting: Waiting = { job, settle: (result) => resolve(result as LargeResults[Job['kind']]) };
      const thread = this.#closed ? undefined : this.#free();
      if (thread !== undefined) this.#assign(thread, waiting);
      else if (this.#closed || this.#waiting.length >= this.#limits.waiting)
        leave(waiting, 'no thread is free');
      else this.#waiting.push(waiting);
    });
  }

  /** Ends the threads; what they were at is left to R. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) leave(waiting, 'the threads have ended');
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #free(): Thread | undefined {
    for (const thread of this.#threads) if (thread.current === undefined) return thread;
    return this.#threads.size < this.#limits.threads ? this.#start() : undefined;
  }

  #start(): Thread {
    const worker = new Worker(this.#script, {
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heap, maxYoungGenerationSizeMb: YOUNG_HEAP },
    });
    const thread: Thread = { worker, current: undefined, timer: undefined };
    this.#threads.add(thread);
    worker.unref();
    worker.on('message', (result: LargeResult) => this.#finish(thread, result));
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
    current?.settle(result);
  }

  #ended(thread: Thread): void {
    clearTimeout(thread.timer);
    this.#threads.delete(thread);
    if (thread.current !== undefined) leave(thread.current, 'the thread has ended');
    // It may have been the job's own fault, so the others get another thread.
    const next = this.#closed ? undefined : this.#waiting.shift();
    if (next !== undefined) this.#assign(this.#start(), next);
  }
}

function leave({ settle }: Waiting, reason: string): void {
  settle({ kind: 'left-to-r', reason });
}
