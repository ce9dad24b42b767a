import type { LoadFailure } from '../app/manifest.js';
import type { ForkedProcess } from './forked-process.js';
import { Preloader } from './preloader.js';
import type { OutputRoom } from './printed-lines.js';
import type { Scratch } from './scratch.js';
import type { Spare } from './spare.js';
import { SpawnedProcess } from './spawned-process.js';
import { StartJourney } from './start-journey.js';
import { startR, type WorkerCommand, workerSettings } from './worker-command.js';
import type { WorkerExit } from './worker-exit.js';
import type { ProcessOwner, WorkerHandle } from './worker-handle.js';
import type { WorkerListener } from './worker-listener.js';
import type { WorkerStart } from './worker-owner.js';

/** Interval between checks of forked processes, in ms. The gateway gets no exit event, as they are not its children. */
const FORK_CHECK_INTERVAL_MS = 250;

/** Signals of a crash. Others, such as SIGKILL, come from outside the process. */
const CRASHES: ReadonlySet<NodeJS.Signals> = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV']);

export type PreloadMode = 'auto' | 'on' | 'off';

export interface SourceOptions {
  readonly command: WorkerCommand;
  readonly preload: PreloadMode;
  /** How long loading the app may take, in ms. */
  readonly loadTimeout: number;
  /** A process for the first worker, if the app is not preloaded. */
  readonly spare?: Spare | undefined;
  /** By default there is always room. */
  readonly outputRoom?: OutputRoom | undefined;
}

/** Callbacks for loading the app once for all workers. */
export interface PreloadObserver {
  /** Workers are forked from process `pid`. `risks` are reasons against it, which `preload: on` overrides. */
  preloaded(pid: number | undefined, journey: StartJourney, risks: readonly string[]): void;
  /** Each worker loads the app itself. */
  notPreloaded(reasons: readonly string[]): void;
  loadFailed(failure: LoadFailure): void;
  /** The process has ended unexpectedly. */
  dead(pid: number | undefined, journey: StartJourney, exit: WorkerExit): void;
  output(stream: 'stdout' | 'stderr', line: string): void;
}

export interface SourceOwner {
  /** A process runs that must not outlive the gateway. */
  running(pid: number): void;
  ended(pid: number): void;
  /** Workers can be started from now on. */
  able(): void;
  /** No worker can be started until `prepare()` is called. `startedAt` is set if the process ended while loading. */
  unable(startedAt: number | undefined, exit: WorkerExit): void;
}

/** Creates workers: forks of one process that has loaded the app, or processes that load it themselves. */
export class WorkerSource {
  readonly #options: SourceOptions;
  readonly #listener: WorkerListener;
  readonly #scratch: Scratch;
  readonly #owner: SourceOwner;
  readonly #observer: PreloadObserver | undefined;
  readonly #room: OutputRoom;
  readonly #forks = new Set<ForkedProcess>();
  readonly #watch: NodeJS.Timeout | undefined;
  #forking: boolean;
  #preloader: Preloader | undefined;
  /** The end of an earlier one, which waits for the processes forked from it. */
  #parting: Promise<void> | undefined;
  /** Whether the preloader has loaded the app and can fork workers. */
  #loaded = false;
  #loadTimer: NodeJS.Timeout | undefined;
  #preloaders = 0;
  /** Whether no worker has been spawned yet. */
  #first = true;
  #closed = false;

  constructor(
    options: SourceOptions,
    { listener, scratch }: { listener: WorkerListener; scratch: Scratch },
    owner: SourceOwner,
    observer: PreloadObserver | undefined,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#scratch = scratch;
    this.#owner = owner;
    this.#observer = observer;
    this.#room = options.outputRoom ?? (() => undefined);
    this.#forking = options.preload !== 'off';
    if (!this.#forking) return;
    this.#watch = setInterval(() => {
      for (const process of this.#forks) process.look();
    }, FORK_CHECK_INTERVAL_MS);
    this.#watch.unref();
  }

  /** Whether a worker can be started now. */
  get able(): boolean {
    return !this.#forking || this.#loaded;
  }

  /** Makes it possible to start workers. Calls `able()` when they can be started. */
  prepare(): void {
    if (this.able || this.#preloader !== undefined || this.#closed) return;
    this.#preloaders += 1;
    const { command, loadTimeout } = this.#options;
    const preloader = new Preloader(
      command,
      {
        folder: this.#scratch.folder(`preload-${this.#preloaders}`),
        forks: this.#forks,
        listener: this.#listener,
        room: this.#room,
      },
      {
        running: (pid) => this.#owner.running(pid),
        loaded: (obstacles, able) => this.#settle(preloader, obstacles, able),
        loadFailed: (failure) => this.#observer?.loadFailed(failure),
        ended: (exit) => this.#ended(preloader, exit),
        output: (stream, line) => this.#observer?.output(stream, line),
      },
    );
    this.#preloader = preloader;
    this.#loadTimer = setTimeout(() => {
      this.#observer?.loadFailed(loadTimedOut(loadTimeout, preloader.journey));
      preloader.kill();
    }, loadTimeout);
  }

  /** Returns how to start the next worker. */
  next(id: number): WorkerStart {
    const folder = this.#scratch.folder(`worker-${id}`);
    const start = { folder, listener: this.#listener };
    const preloader = this.#preloader;
    if (preloader === undefined) {
      const journey = new StartJourney();
      journey.step('process');
      return { ...start, journey, launch: ({ token }, owner) => this.#spawn(folder, token, owner) };
    }
    if (this.#forking) {
      const journey = new StartJourney();
      journey.step('fork');
      return { ...start, journey, launch: (birth, owner) => preloader.fork(birth, owner) };
    }
    this.#preloader = undefined;
    return {
      ...start,
      journey: preloader.journey,
      launch: (birth, owner) => preloader.become(birth, owner),
    };
  }

  #spawn(folder: string, token: string, owner: ProcessOwner): WorkerHandle {
    const { command, spare } = this.#options;
    const settings = workerSettings(command, { port: this.#listener.port, token });
    const waiting = this.#first ? spare?.take(settings) : undefined;
    this.#first = false;
    return new SpawnedProcess(() => waiting ?? startR(command, folder, settings), owner, this.#room);
  }

  /** A worker has ended during its start. */
  crashed({ signal }: WorkerExit): void {
    if (signal !== null && CRASHES.has(signal)) this.#stopForking(`a forked worker died of ${signal}`);
  }

  /** A worker hangs during its start. */
  hangs(): void {
    this.#stopForking('a forked worker did not become ready');
  }

  /** Forking turned out to be unsafe: the next workers load the app themselves. */
  #stopForking(reason: string): void {
    if (!this.#forking || this.#options.preload !== 'auto') return;
    this.#forking = false;
    this.#parting = this.#preloader?.close();
    this.#preloader = undefined;
    this.#observer?.notPreloaded([reason]);
  }

  /** Resolves when no process is left that workers were forked from. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#loadTimer);
    await Promise.all([this.#parting, this.#preloader?.close()]);
  }

  #settle(preloader: Preloader, obstacles: readonly string[], able: boolean): void {
    clearTimeout(this.#loadTimer);
    if (obstacles.length > 0 && (this.#options.preload === 'auto' || !able)) {
      // The process becomes the next worker.
      this.#forking = false;
      this.#observer?.notPreloaded(obstacles);
    } else {
      this.#loaded = true;
      this.#observer?.preloaded(preloader.pid, preloader.journey, obstacles);
    }
    this.#owner.able();
  }

  #ended(preloader: Preloader, exit: WorkerExit): void {
    const { journey, pid } = preloader;
    if (pid !== undefined) this.#owner.ended(pid);
    if (this.#closed || this.#preloader !== preloader) return;
    clearTimeout(this.#loadTimer);
    const startedAt = this.#loaded ? undefined : journey.startedAt;
    this.#preloader = undefined;
    this.#loaded = false;
    this.#observer?.dead(pid, journey, exit);
    this.#owner.unable(startedAt, exit);
  }
}

/** The failure of a process that took too long to load the app. */
export function loadTimedOut(limit: number, journey: StartJourney): LoadFailure {
  return {
    message: `The app did not load within ${limit / 1000} s (--load-timeout)${journey.describe()}`,
  };
}
