import { describeLoadFailure, type LoadFailure } from '../app/manifest.js';
import { Breaker, type Starts } from './breaker.js';
import { Growth } from './growth.js';
import { IdleWorkers } from './idle-workers.js';
import type { PoolObserver } from './pool-observer.js';
import type { PoolOptions } from './pool-options.js';
import { Reaper } from './reaper.js';
import { Recycler, type RecyclerOwner } from './recycler.js';
import { Scratch } from './scratch.js';
import { StoppedWorkers } from './stopped-workers.js';
import { Trials } from './trials.js';
import type { UnitWorker, WorkUnit } from './work-unit.js';
import { Worker } from './worker.js';
import { describeExit, type WorkerExit } from './worker-exit.js';
import { WorkerListener } from './worker-listener.js';
import type { WorkerOwner } from './worker-owner.js';
import { LOOK_AHEAD_MS } from './worker-pipe.js';
import { loadTimedOut, WorkerSource } from './worker-source.js';
import { isHealthy, isStarting } from './worker-state.js';

/** The workers of one gateway, between `min` and `max` of them. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #observer: PoolObserver;
  readonly #listener: WorkerListener;
  readonly #scratch = new Scratch();
  readonly #reaper = new Reaper(this.#scratch.path);
  readonly #source: WorkerSource;
  readonly #breaker = new Breaker();
  readonly #growth: Growth;
  readonly #recycler: Recycler | undefined;
  readonly #workers = new Map<number, Worker>();
  readonly #stopped = new StoppedWorkers(() => this.#workers.values());
  readonly #trials = new Trials(() => this.#breaker.succeeded());
  readonly #idle = new IdleWorkers();
  /** Workers that were told to stop, so that their exit is expected. */
  readonly #leaving = new Set<Worker>();
  /**
   * Why a start fails, told by R or the time limit before the process ends. The key is the worker, or the pool for the process
   * that workers are forked from.
   */
  readonly #obstacles = new WeakMap<object, string>();
  #nextId = 1;
  #stopping = false;
  #restartTimer: NodeJS.Timeout | undefined;
  #shrinkTimer: NodeJS.Timeout | undefined;
  #emptied: (() => void) | undefined;
  #restarts = 0;

  constructor(options: PoolOptions, observer: PoolObserver) {
    this.#options = options;
    this.#observer = observer;
    this.#listener = new WorkerListener(options.maxPayload);
    this.#source = new WorkerSource(
      options,
      { listener: this.#listener, scratch: this.#scratch },
      {
        running: (pid) => this.#reaper.add(pid),
        ended: (pid) => this.#reaper.remove(pid),
        able: () => this.#refill(),
        unable: (startedAt, exit) => this.#cannotStart(startedAt, exit),
      },
      observer.preload && {
        ...observer.preload,
        loadFailed: (failure) => observer.preload!.loadFailed(this.#cannotLoad(this, failure)),
      },
    );
    this.#growth = new Growth(options.cpus, {
      waiting: () => observer.waiting() > 0,
      lacking: () => observer.lacking(),
      room: () => this.#room,
      starting: () => this.#starting,
      pids: () => this.workers.flatMap((worker) => (isStarting(worker) ? [] : (worker.pid ?? []))),
      spawn: () => this.#spawn(),
    });
    this.#recycler = options.recycling && new Recycler(options.recycling, this.#recycling);
  }

  get workers(): readonly Worker[] {
    return [...this.#workers.values()];
  }

  /** Number of workers that have loaded the app and are not stopping. */
  get healthy(): number {
    let healthy = 0;
    for (const worker of this.#workers.values()) if (isHealthy(worker)) healthy += 1;
    return healthy;
  }

  get busy(): number {
    let busy = 0;
    for (const { state } of this.#workers.values()) if (state === 'busy' || state === 'draining') busy += 1;
    return busy;
  }

  /** Number of workers that were not told to stop. */
  get #staying(): number {
    return this.#workers.size - this.#leaving.size;
  }

  /** Number of workers that ended unexpectedly. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Whether workers can be started. */
  get starts(): Starts {
    return this.#breaker.report(performance.now());
  }

  /** True while there are no workers and starting them has failed too often. */
  get broken(): boolean {
    return this.#breaker.state === 'broken' && this.healthy === 0;
  }

  async start(): Promise<void> {
    await this.#listener.listen();
    this.#refill();
    if (this.#options.max > this.#options.min) {
      const interval = Math.min(1000, this.#options.idleTimeout);
      this.#shrinkTimer = setInterval(() => this.#shrink(), interval).unref();
    }
  }

  /** Number of workers that `take` can return. */
  get idle(): number {
    return this.#idle.size;
  }

  /** Takes an idle worker, to which the caller must give work at once. See `IdleWorkers.take`. */
  take(plan?: string): Worker | undefined {
    return this.#idle.take(plan);
  }

  /** Takes back a worker that was not given work after all. */
  release({ id }: UnitWorker): void {
    const worker = this.#workers.get(id);
    if (worker?.state === 'idle' && !this.#leaving.has(worker)) this.#idle.add(worker);
  }

  /** Finds the busy worker that will reach the unit first if it is put into its pipe. */
  takeAhead(unit: WorkUnit, plan?: string): Worker | undefined {
    if (unit.expected > LOOK_AHEAD_MS) return undefined;
    let best: Worker | undefined;
    const parting = this.#recycler?.parting;
    for (const worker of this.#workers.values()) {
      if (worker === parting || (plan !== undefined && worker.plan !== plan)) continue;
      if (worker.canLookAhead(unit) && worker.backlog < (best?.backlog ?? Infinity)) best = worker;
    }
    return best;
  }

  /** Work waits: adds a worker if that helps. */
  grow(): void {
    this.#growth.want();
  }

  /**
   * Whether a worker may be started now: no earlier attempt has failed just before.
   *
   * @param replaces see `Breaker.holds`
   */
  #mayStart(replaces = false): boolean {
    return !this.#stopping && this.#source.able && !this.#breaker.holds(performance.now(), replaces);
  }

  /** How many more workers may be started now. */
  get #room(): number {
    return this.#mayStart() ? Math.max(0, this.#options.max - this.#staying) : 0;
  }

  /** Number of workers that are on their way. */
  get #starting(): number {
    return this.workers.filter(isStarting).length;
  }

  /** The streams of all workers get the drain time, then they end. */
  endStreams(): void {
    for (const worker of this.#workers.values()) worker.endStreams();
  }

  /** Lets every worker finish its work and stop, within `grace` ms. Resolves when all have ended. */
  async stop(grace = this.#options.stopGrace): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    clearInterval(this.#shrinkTimer);
    this.#growth.stop();
    this.#recycler?.close();
    this.#idle.clear();
    if (this.#workers.size > 0) {
      const emptied = new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
      for (const worker of this.#workers.values()) this.#retire(worker, false, grace);
      await emptied;
    }
    this.#stopped.close();
    await this.#source.close();
    this.#listener.close();
    this.#reaper.close();
    this.#scratch.close();
  }

  /**
   * Stops a worker whose answer is no longer needed, and starts another in its place at once. The worker is interrupted
   * first, and killed if it has not returned after `graceMs`.
   */
  replace({ id }: UnitWorker, graceMs: number): void {
    const worker = this.#workers.get(id);
    if (worker === undefined || this.#leaving.has(worker) || worker.state === 'dead') return;
    worker.interrupt(graceMs);
    this.#retire(worker);
    if (!this.#stopping) this.#refill();
  }

  /** @param waits see `Worker.stop` */
  #retire(worker: Worker, waits = true, grace = this.#options.stopGrace): void {
    this.#leaving.add(worker);
    worker.stop(grace, waits);
  }

  #spawn(): Worker {
    const id = this.#options.nextId?.() ?? this.#nextId++;
    const worker = new Worker(id, this.#source.next(id), this.#owner, this.#options.open);
    this.#workers.set(worker.id, worker);
    const { loadTimeout } = this.#options;
    this.#trials.begin(worker, loadTimeout, () => {
      this.#observer.loadFailed(worker, this.#cannotLoad(worker, loadTimedOut(loadTimeout, worker.journey)));
      worker.kill();
      this.#source.hangs();
    });
    return worker;
  }

  readonly #owner: WorkerOwner<Worker> = {
    ready: (worker, manifest) => {
      this.#trials.ready(worker);
      this.#observer.ready(worker, manifest);
      this.#recycler?.ready(worker);
    },
    idle: (worker) => {
      if (worker.requests > 0) this.#trials.answered(worker);
      if (this.#stopping || this.#recycler?.idle(worker) === true) return;
      // Only while another worker is idle as well.
      if (this.#idle.size > 0 && worker.awaitsCollection) worker.collect();
      else this.#idle.add(worker);
      this.#observer.idle();
    },
    busy: (worker) => this.#idle.remove(worker),
    room: (worker) => {
      if (this.#stopping) return;
      this.#recycler?.look(worker);
      this.#observer.idle();
    },
    loadFailed: (worker, failure) => this.#observer.loadFailed(worker, this.#cannotLoad(worker, failure)),
    running: (pid) => this.#reaper.add(pid),
    dead: (worker, exit) => this.#dead(worker, exit),
    interrupted: (worker, label, interrupt) => this.#observer.interrupted(worker, label, interrupt),
    callbacksLate: (worker, ended) => this.#observer.callbacksLate(worker, ended),
    failed: (worker, label, failure) => this.#observer.failed(worker, label, failure),
    broadcast: (from, payload) => {
      for (const worker of this.#workers.values()) if (worker !== from) worker.sockets.relay(payload);
    },
    output: (worker, stream, line) => this.#observer.output(worker, stream, line),
  };

  readonly #recycling: RecyclerOwner = {
    workers: () => this.#workers.values(),
    spawn: () => (this.#mayStart(true) ? this.#spawn() : undefined),
    retire: (worker) => {
      this.#idle.remove(worker);
      this.#retire(worker);
    },
    recycling: (worker, reason) => this.#observer.recycling(worker, reason),
    random: Math.random,
  };

  #dead(worker: Worker, exit: WorkerExit): void {
    const untried = this.#trials.end(worker);
    this.#workers.delete(worker.id);
    if (worker.pid !== undefined) this.#reaper.remove(worker.pid);
    this.#scratch.discard(worker.folder);
    this.#recycler?.dead(worker);
    this.#idle.remove(worker);
    const expected = this.#leaving.delete(worker);
    if (!expected) this.#restarts += 1;
    if (untried && !expected) {
      this.#failed(worker, worker.journey.startedAt, exit);
      if (!worker.journey.done) this.#source.crashed(exit);
    }
    this.#observer.dead(worker, exit, expected);
    if (this.#stopping) {
      if (this.#workers.size === 0) this.#emptied?.();
      return;
    }
    if (this.broken) this.#observer.broken();
    this.#refill();
  }

  /** @param process the worker; the pool itself for the process that workers are forked from */
  #failed(process: object, startedAt: number, exit: WorkerExit): void {
    this.#breaker.failed(
      startedAt,
      performance.now(),
      this.#obstacles.get(process) ?? `R ${describeExit(exit)}`,
    );
    this.#obstacles.delete(process);
  }

  #cannotLoad(process: object, failure: LoadFailure): LoadFailure {
    this.#obstacles.set(process, describeLoadFailure(failure));
    return failure;
  }

  /** Starts the missing workers, at once or after the backoff delay. */
  #refill(): void {
    if (this.#restartTimer !== undefined) return;
    const spawn = (): void => {
      this.#restartTimer = undefined;
      if (this.#stopping) return;
      this.#source.prepare();
      while (this.#source.able && this.#staying < this.#options.min) this.#spawn();
    };
    if (this.#breaker.delay === 0) spawn();
    else this.#restartTimer = setTimeout(spawn, this.#breaker.delay);
  }

  /** The process to fork workers from has ended; starts another. */
  #cannotStart(startedAt: number | undefined, exit: WorkerExit): void {
    if (this.#stopping) return;
    if (startedAt !== undefined) this.#failed(this, startedAt, exit);
    if (this.broken) this.#observer.broken();
    this.#refill();
  }

  #shrink(): void {
    if (this.#observer.lacking() > 0) return; // the idle ones are kept for other requests
    for (const worker of this.#idle.since(performance.now() - this.#options.idleTimeout)) {
      if (this.#staying <= this.#options.min) return;
      this.#idle.remove(worker);
      this.#retire(worker);
    }
  }
}
