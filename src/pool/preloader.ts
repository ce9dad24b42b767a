import type { Socket } from 'node:net';
import { type LoadFailure, loadFailureFrom } from '../app/manifest.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { type RValue, readRData, rInteger, rList, rString, toPlain, writeRData } from '../rdata/index.js';
import { ForkedProcess } from './forked-process.js';
import type { OutputRoom } from './printed-lines.js';
import { SpawnedProcess } from './spawned-process.js';
import { StartJourney } from './start-journey.js';
import { createFolder, startR, type WorkerCommand, workerSettings } from './worker-command.js';
import { notStarted, type WorkerExit } from './worker-exit.js';
import type { ProcessOwner, WorkerBirth, WorkerHandle } from './worker-handle.js';
import type { WorkerListener } from './worker-listener.js';
import { WorkerOutbox } from './worker-outbox.js';

/** How long the process may take to answer a command, in ms. It does nothing else, so a longer delay means it hangs. */
const ANSWER_TIMEOUT_MS = 5000;

/** How long it may take to end, in ms: R runs finalizers. */
const CLOSE_TIMEOUT_MS = 1000;

/** Where the process runs. */
export interface PreloaderPlace {
  readonly folder: string;
  /** The set of all forked processes that have not ended. */
  readonly forks: Set<ForkedProcess>;
  readonly listener: WorkerListener;
  readonly room: OutputRoom;
}

/** Callbacks for events of the process that workers are forked from. */
export interface PreloaderOwner {
  running(pid: number): void;
  /**
   * The process has loaded the app.
   *
   * @param obstacles reasons why forking it is unsafe
   * @param able      false if it can't be forked at all
   */
  loaded(obstacles: readonly string[], able: boolean): void;
  loadFailed(failure: LoadFailure): void;
  ended(exit: WorkerExit): void;
  output(stream: 'stdout' | 'stderr', line: string): void;
}

/** An R process that loads the app once, so that workers can be forked from it. */
export class Preloader {
  readonly journey = new StartJourney();
  readonly #forks: Set<ForkedProcess>;
  readonly #owner: PreloaderOwner;
  readonly #process: SpawnedProcess;
  readonly #room: OutputRoom;
  #socket: Socket | undefined;
  #outbox: WorkerOutbox | undefined;
  /** Its forks that have not ended. */
  readonly #children = new Set<ForkedProcess>();
  /** Whether it ends as soon as it has no more of them. */
  #closing = false;
  #hasEnded!: () => void;
  readonly #ended = new Promise<void>((resolve) => {
    this.#hasEnded = resolve;
  });
  /** Forks that were requested and not yet reported, by token. */
  readonly #asked = new Map<string, ForkedProcess>();
  #answerTimer: NodeJS.Timeout | undefined;
  #hung = false;
  /** Owner of the worker that this process has become; undefined while it is a preloader. */
  #workerOwner: ProcessOwner | undefined;

  constructor(
    command: WorkerCommand,
    { folder, forks, listener, room }: PreloaderPlace,
    owner: PreloaderOwner,
  ) {
    this.#forks = forks;
    this.#room = room;
    this.#owner = owner;
    const token = listener.expect((socket) => this.#connected(socket));
    const settings = workerSettings(command, { port: listener.port, token }, true);
    this.journey.step('process');
    this.#process = new SpawnedProcess(
      () => startR(command, folder, settings),
      {
        running: (pid) => owner.running(pid),
        printed: () => this.#workerOwner?.printed(),
        line: (stream, line) => {
          this.journey.said(line);
          if (this.#workerOwner === undefined) owner.output(stream, line);
          else this.#workerOwner.line(stream, line);
        },
        ended: (exit) => {
          listener.forget(token);
          this.#end(exit);
        },
      },
      room,
    );
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Forks a worker. */
  fork({ folder, id, token }: WorkerBirth, owner: ProcessOwner): WorkerHandle {
    const process = new ForkedProcess(folder, owner, this.#room, (ended) => {
      this.#forks.delete(ended);
      this.#children.delete(ended);
      if (ended.pid !== undefined) this.#order(FrameType.reap, { pids: rInteger(ended.pid) });
      if (this.#closing) this.#closeIfAlone();
    });
    this.#forks.add(process);
    this.#children.add(process);
    try {
      createFolder(folder);
    } catch (error) {
      globalThis.process.nextTick(() => process.failed(notStarted(error)));
      return process;
    }
    this.#asked.set(token, process);
    this.#expectAnswer();
    this.#order(FrameType.fork, { token: rString(token), folder: rString(folder), number: rInteger(id) });
    return process;
  }

  /** Turns this process itself into a worker. */
  become({ token }: WorkerBirth, owner: ProcessOwner): WorkerHandle {
    this.#workerOwner = owner;
    this.#order(FrameType.become, { token: rString(token) });
    return this.#process;
  }

  /** Kills it, and every process that the app started while loading. Forked workers keep running. */
  kill(): void {
    this.#process.killGroup();
  }

  /**
   * Ends it when the processes forked from it have ended. They are its children, so nothing else can reap them: process 1,
   * which would inherit them, may be a program that does not. Resolves when it has ended.
   */
  close(): Promise<void> {
    this.#closing = true;
    this.#closeIfAlone();
    return this.#ended;
  }

  #closeIfAlone(): void {
    if (this.#children.size > 0) return;
    if (this.#socket === undefined || !this.journey.steps.some(({ name }) => name === 'loaded')) {
      this.kill();
      return;
    }
    this.#socket.end(); // R reads the last orders first
    setTimeout(() => this.kill(), CLOSE_TIMEOUT_MS).unref();
  }

  #expectAnswer(): void {
    this.#answerTimer ??= setTimeout(() => {
      this.#hung = true;
      this.kill();
    }, ANSWER_TIMEOUT_MS);
  }

  #stopExpecting(): void {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
  }

  #order(type: FrameType, order: Record<string, RValue>): void {
    const payload = [writeRData(rList(Object.values(order), Object.keys(order)))];
    this.#outbox?.add({ type, id: 0, payload, startBy: 0 }, true);
  }

  #connected(socket: Socket): (frame: Frame) => void {
    this.#socket = socket;
    this.#outbox = new WorkerOutbox(socket);
    this.journey.step('connected');
    return ({ payload, type }) => {
      if (type === FrameType.step) {
        this.journey.step(String(toPlain(readRData(payload))));
      } else if (type === FrameType.loadFailed) {
        this.#owner.loadFailed(loadFailureFrom(payload));
      } else if (type === FrameType.preloaded) {
        const { able, obstacles } = toPlain(readRData(payload)) as Record<string, unknown>;
        this.journey.step('loaded');
        this.#owner.loaded((obstacles as string[] | null) ?? [], able === true);
      } else if (type === FrameType.forked) {
        this.#wasForked(toPlain(readRData(payload)) as Record<string, unknown>);
      }
    };
  }

  #wasForked({ failure, pid, token }: Record<string, unknown>): void {
    const process = this.#asked.get(String(token));
    this.#asked.delete(String(token));
    this.#stopExpecting();
    if (this.#asked.size > 0) this.#expectAnswer();
    if (typeof pid === 'number') {
      process?.started(pid);
    } else {
      process?.failed(notStarted(new Error(String(failure))));
    }
  }

  #end(how: WorkerExit): void {
    this.#stopExpecting();
    this.#hasEnded();
    this.#process.killGroup();
    if (this.#workerOwner === undefined) {
      const reason = `was killed because it did not answer for ${ANSWER_TIMEOUT_MS / 1000} s`;
      this.#owner.ended(this.#hung ? { ...how, reason } : how);
    } else {
      this.#workerOwner.ended(how);
    }
    // Last, so that these failures do not request new forks from this process.
    for (const process of this.#asked.values()) process.failed();
  }
}
