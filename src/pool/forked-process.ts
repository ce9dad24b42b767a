import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { PrintedLines } from './printed-lines.js';
import { processEnd } from './process-table.js';
import type { WorkerExit } from './worker-exit.js';
import { type ProcessOwner, sendSignal, type WorkerHandle } from './worker-handle.js';

/** Milliseconds in which a process whose connection has closed is looked at again, since its end takes a moment. */
const ENDING = [0, 1, 2, 5, 10, 20, 50];

/** Nobody knows: its parent has gone, and somebody else has asked. */
const UNKNOWN: WorkerExit = { code: null, signal: null };

/** An R process that was forked from one that has loaded the app: no child of the gateway. */
export class ForkedProcess implements WorkerHandle {
  readonly #owner: ProcessOwner;
  readonly #printed: PrintedLines;
  readonly #folder: string;
  readonly #release: (process: ForkedProcess) => void;
  #pid: number | undefined;
  #ended = false;
  #doomed = false;

  /** @param release called when it has ended: its parent may forget it */
  constructor(folder: string, owner: ProcessOwner, release: (process: ForkedProcess) => void) {
    this.#folder = folder;
    this.#owner = owner;
    this.#printed = new PrintedLines(owner);
    this.#release = release;
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** It was forked. */
  started(pid: number): void {
    if (this.#pid !== undefined || this.#ended) return;
    this.#pid = pid;
    this.#owner.running(pid);
    if (this.#doomed) this.killGroup();
  }

  /** Nothing more will be heard of its being forked. */
  failed(): void {
    if (this.#pid === undefined) this.#end(UNKNOWN);
  }

  connected(socket: Socket, pid: number): void {
    this.started(pid);
    for (const name of ['stdout', 'stderr'] as const) {
      // Not as a file, which would keep one of the few threads that Node has for files waiting.
      const fd = openSync(join(this.#folder, name), constants.O_RDONLY | constants.O_NONBLOCK);
      this.#printed.read(name, new Socket({ fd, readable: true, writable: false }));
    }
    socket.once('close', () => this.#lookSoon(0));
  }

  /** Looks whether it has ended: what it has started may hold its connection open. */
  look(): void {
    if (this.#pid === undefined || this.#ended) return;
    const end = processEnd(this.#pid);
    if (end !== undefined) this.#end(end === 'gone' ? UNKNOWN : end);
  }

  endLines(): void {
    this.#printed.end();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) sendSignal(this.#pid, signal);
  }

  killGroup(): void {
    this.#doomed = true;
    if (this.#pid === undefined) return;
    sendSignal(-this.#pid, 'SIGKILL');
    // Between the fork and its having a group of its own.
    if (!this.#ended) sendSignal(this.#pid, 'SIGKILL');
  }

  #lookSoon(attempt: number): void {
    this.look();
    if (this.#ended || attempt === ENDING.length) return;
    setTimeout(() => this.#lookSoon(attempt + 1), ENDING[attempt]);
  }

  #end(exit: WorkerExit): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#owner.ended(exit);
    this.#release(this);
  }
}
