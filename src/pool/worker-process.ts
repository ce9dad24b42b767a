import { type ChildProcess, spawn } from 'node:child_process';
import { LineSplitter } from './line-splitter.js';
import type { WorkerExit } from './worker-exit.js';

/** Who hears of what an R process does. */
export interface ProcessOwner {
  /** It has printed something; the lines follow. */
  printed(): void;
  line(stream: 'stdout' | 'stderr', line: string): void;
  /** It has ended, or could not be started (code 127). Called once. */
  ended(exit: WorkerExit): void;
}

/** The operating system's side of a worker: the process, what it prints, and signals. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #output: LineSplitter[] = [];

  constructor(
    program: string,
    args: readonly string[],
    { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
    owner: ProcessOwner,
  ) {
    this.#child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: a terminal's Ctrl-C reaches the gateway only, and what R starts can be ended with it.
      detached: true,
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      const lines = new LineSplitter((line) => owner.line(stream, line));
      this.#output.push(lines);
      const print = (chunk: Buffer): void => {
        owner.printed();
        lines.push(chunk);
      };
      this.#child[stream]!.on('data', print).on('end', () => lines.end());
    }
    let ended = false;
    const end = (exit: WorkerExit): void => {
      if (ended) return;
      ended = true;
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

  /** What has been printed without the end of a line is a line: what comes next is somebody else's. */
  endLines(): void {
    for (const lines of this.#output) lines.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#send(signal, this.#child.pid);
  }

  /** Ends the process and all it has started. */
  killGroup(): void {
    const { pid } = this.#child;
    this.#send('SIGKILL', pid === undefined ? undefined : -pid);
  }

  #send(signal: NodeJS.Signals, target: number | undefined): void {
    if (target === undefined) return;
    try {
      process.kill(target, signal);
    } catch {
      // it has just ended by itself
    }
  }
}
