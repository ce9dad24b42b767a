import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { type OutputRoom, PrintedLines } from './printed-lines.js';
import { notStarted, type WorkerExit } from './worker-exit.js';
import { type ProcessOwner, sendSignal, type WorkerHandle } from './worker-handle.js';

/** An R process that the gateway has started itself. */
export class SpawnedProcess implements WorkerHandle {
  /** Undefined if it could not be started. */
  readonly #child: ChildProcess | undefined;
  readonly #printed: PrintedLines;

  /** @param start starts the process. If it fails, the process ends at once, with the reason. */
  constructor(start: () => ChildProcess, owner: ProcessOwner, room: OutputRoom) {
    this.#printed = new PrintedLines(owner, room);
    let ended = false;
    const end = (exit: WorkerExit): void => {
      if (ended) return;
      ended = true;
      this.#printed.detach();
      owner.ended(exit);
    };
    try {
      this.#child = start();
    } catch (error) {
      process.nextTick(() => end(notStarted(error)));
      return;
    }
    for (const name of ['stdout', 'stderr'] as const) {
      // None if there are no descriptors left, or if R has the gateway's own terminal.
      const stream = this.#child[name] as Socket | null | undefined;
      if (stream) this.#printed.read(name, stream);
    }
    if (this.#child.pid !== undefined) owner.running(this.#child.pid);
    this.#child.on('error', (error) => end(notStarted(error)));
    this.#child.on('exit', (code, signal) => end({ code, signal }));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  connected(): void {}

  afterOutput(act: () => void): void {
    this.#printed.whenRead(act);
  }

  endLines(): void {
    this.#printed.end();
  }

  signal(signal: NodeJS.Signals): void {
    sendSignal(this.pid, signal);
  }

  killGroup(): void {
    const { pid } = this;
    sendSignal(pid === undefined ? undefined : -pid, 'SIGKILL');
    if (this.running) this.signal('SIGKILL'); // in a terminal, it has no group of its own
  }
}
