import type { ChildProcess } from 'node:child_process';
import { rString, writeRData } from '../rdata/index.js';
import { Scratch } from './scratch.js';
import { startR, type WorkerCommand, type WorkerSettings } from './worker-command.js';

/**
 * An R process that has loaded plumber and waits for the app to load. With it, `penstock dev` serves a change in a
 * fraction of the time that R takes to start. The process ends when the gateway ends.
 */
export class Spare {
  readonly #command: Pick<WorkerCommand, 'app' | 'rscript'>;
  readonly #scratch = new Scratch();
  #process: ChildProcess | undefined;
  #started = 0;

  constructor(command: Pick<WorkerCommand, 'app' | 'rscript'>) {
    this.#command = command;
  }

  /** Starts a spare process unless there is one. */
  start(): void {
    if (this.#process !== undefined && isRunning(this.#process)) return;
    this.#started += 1;
    const folder = this.#scratch.folder(`spare-${this.#started}`);
    let child: ChildProcess;
    try {
      child = startR(this.#command, folder);
    } catch {
      return; // starting a worker without it reports the reason
    }
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    child.once('exit', () => this.#scratch.discard(folder));
    this.#process = child;
  }

  /** Takes the spare process and sends it its settings; undefined if there is none. */
  take(settings: WorkerSettings): ChildProcess | undefined {
    const spare = this.#process;
    this.#process = undefined;
    if (spare === undefined || !isRunning(spare)) return undefined;
    spare.stdin!.end(writeRData(rString(Object.values(settings))));
    return spare;
  }

  /** Ends the process, because files that it read at startup have changed. */
  discard(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  close(): void {
    this.discard();
    this.#scratch.close();
  }
}

function isRunning({ exitCode, pid, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
