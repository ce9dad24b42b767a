import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { type OutputRoom, PrintedLines } from './printed-lines.js';
import type { WorkerExit } from './worker-exit.js';
import { type ProcessOwner, sendSignal, type WorkerHandle } from './worker-handle.js';

/** An R process that the gateway has started itself. */
export class SpawnedProcess implements WorkerHandle {
  readonly #child: ChildProcess;
  readonly #printed: PrintedLines;

  constructor(child: ChildProcess, owner: ProcessOwner, room: OutputRoom) {
    this.#child = child;
    this.#printed = new PrintedLines(owner, room);
    for (const name of ['stdout', 'stderr'] as const) this.#printed.read(name, this.#child[name] as Socket);
    if (this.#child.pid !== undefined) owner.running(this.#child.pid);
    let ended = false;
    const end = (exit: WorkerExit): void => {
      if (ended) return;
      ended = true;
      this.#printed.detach();
      owner.ended(exit);
    };
    this.#child.on('error', () => end({ code: 127, signal: null }));
    this.#child.on('exit', (code, signal) => end({ code, signal }));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  connected(): void {}

  afterOutput(act: () => void): void {
    this.#printed.whenRead(act);
  }

  endLines(): void {
    this.#printed.end();
  }

  signal(signal: NodeJS.Signals): void {
    sendSignal(this.#child.pid, signal);
  }

  killGroup(): void {
    const { pid } = this.#child;
    sendSignal(pid === undefined ? undefined : -pid, 'SIGKILL');
  }
}
