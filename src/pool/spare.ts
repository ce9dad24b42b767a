import type { ChildProcess } from 'node:child_process';
import { rString, writeRData } from '../rdata/index.js';
import { Scratch } from './scratch.js';
import { startR, type WorkerCommand, type WorkerSettings } from './worker-command.js';

/**
 * An R process that has loaded plumber and waits to be told which app to load: with it `penstock dev` serves a change
 * in a fraction of the time that R takes to start. It ends by itself when the gateway has gone.
 */
export class Spare {
  readonly #command: Pick<WorkerCommand, 'app' | 'rscript'>;
  readonly #scratch = new Scratch();
  #process: ChildProcess | undefined;
  #started = 0;

  constructor(command: Pick<WorkerCommand, 'app' | 'rscript'>) {
    this.#command = command;
  }

  /** Starts one, unless there is one. */
  start(): void {
    if (this.#process !== undefined && isRunning(this.#process)) return;
    this.#started += 1;
    const folder = this.#scratch.folder(`spare-${this.#started}`);
    const child = startR(this.#command, folder);
    child.on('error', () => {}); // whoever starts a worker without it will hear why
    child.stdin!.on('error', () => {});
    child.once('exit', () => this.#scratch.discard(folder));
    this.#process = child;
  }

  /** Tells it what to load; undefined if there is none. */
  take(settings: WorkerSettings): ChildProcess | undefined {
    const spare = this.#process;
    this.#process = undefined;
    if (spare === undefined || !isRunning(spare)) return undefined;
    spare.stdin!.end(writeRData(rString(Object.values(settings))));
    return spare;
  }

  /** Ends it: what it has read when it started is out of date. */
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
