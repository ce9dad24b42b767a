import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { type OutputRoom, PrintedLines } from './printed-lines.js';
import { processEnd } from './process-table.js';
import { notStarted, type WorkerExit } from './worker-exit.js';
import { type ProcessOwner, sendSignal, type WorkerHandle } from './worker-handle.js';

/** Delays between checks whether a process has ended after its connection closed, in ms. */
const EXIT_CHECK_DELAYS_MS = [0, 1, 2, 5, 10, 20, 50];

/** The exit status is lost: the parent is gone, or another process has collected the status. */
const UNKNOWN: WorkerExit = { code: null, signal: null };

/** An R process forked from the preloaded one. It is not a child of the gateway. */
export class ForkedProcess implements WorkerHandle {
  readonly #owner: ProcessOwner;
  readonly #printed: PrintedLines;
  readonly #folder: string;
  readonly #release: (process: ForkedProcess) => void;
  #pid: number | undefined;
  #ended = false;
  #killed = false;
  /** Whether its connection is closed. */
  #closed = false;
  /** Why it can't be used although it runs. */
  #failure: WorkerExit | undefined;

  /** @param release called when the process has ended, so that its parent can reap it */
  constructor(
    folder: string,
    owner: ProcessOwner,
    room: OutputRoom,
    release: (process: ForkedProcess) => void,
  ) {
    this.#folder = folder;
    this.#owner = owner;
    this.#printed = new PrintedLines(owner, room);
    this.#release = release;
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** The fork succeeded. */
  started(pid: number): void {
    if (this.#pid !== undefined || this.#ended) return;
    this.#pid = pid;
    this.#owner.running(pid);
    if (this.#killed) this.killGroup();
  }

  /** The fork failed, or its result will never arrive. */
  failed(exit: WorkerExit = UNKNOWN): void {
    if (this.#pid === undefined) this.#end(exit);
  }

  connected(socket: Socket, pid: number): void {
    this.started(pid);
    for (const name of ['stdout', 'stderr'] as const) {
      try {
        // Read as a socket: reading it as a file would block one of Node's few file system threads.
        const fd = openSync(join(this.#folder, name), constants.O_RDONLY | constants.O_NONBLOCK);
        this.#printed.read(name, new Socket({ fd, readable: true, writable: false }));
      } catch (error) {
        this.#failure = notStarted(error); // no descriptors are left
        this.killGroup();
      }
    }
    socket.once('close', () => {
      this.#closed = true;
      this.#lookSoon(0);
    });
  }

  /** Checks whether the process has ended. Its own children may keep its connection open. */
  look(): void {
    if (this.#pid === undefined || this.#ended) return;
    const end = processEnd(this.#pid);
    if (end === undefined || (end === 'unknown' && !this.#closed)) return;
    this.#end(end === 'gone' || end === 'unknown' ? UNKNOWN : end);
  }

  afterOutput(act: () => void): void {
    this.#printed.whenRead(act);
  }

  endLines(): void {
    this.#printed.end();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) sendSignal(this.#pid, signal);
  }

  killGroup(): void {
    this.#killed = true;
    if (this.#pid === undefined) return;
    sendSignal(-this.#pid, 'SIGKILL');
    // Right after the fork, the process does not have its own process group yet.
    if (!this.#ended) sendSignal(this.#pid, 'SIGKILL');
  }

  #lookSoon(attempt: number): void {
    this.look();
    if (this.#ended || attempt === EXIT_CHECK_DELAYS_MS.length) return;
    setTimeout(() => this.#lookSoon(attempt + 1), EXIT_CHECK_DELAYS_MS[attempt]);
  }

  #end(exit: WorkerExit): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#printed.detach();
    this.#owner.ended(this.#failure ?? exit);
    this.#release(this);
  }
}
