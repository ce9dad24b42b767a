import type { Socket } from 'node:net';
import type { WorkerExit } from './worker-exit.js';

/** Who hears of what an R process does. */
export interface ProcessOwner {
  /** It has printed something; the lines follow. */
  printed(): void;
  line(stream: 'stdout' | 'stderr', line: string): void;
  /** It runs, under this process id. */
  running(pid: number): void;
  /** It has ended, or could not be started (code 127). Called once. */
  ended(exit: WorkerExit): void;
}

/** The operating system's side of a worker: the process, what it prints, and signals. */
export interface WorkerHandle {
  /** Undefined before it runs. */
  readonly pid: number | undefined;
  readonly running: boolean;
  /** The worker has opened its connection and said who it is. */
  connected(socket: Socket, pid: number): void;
  /** What has been printed without the end of a line is a line: what comes next is somebody else's. */
  endLines(): void;
  signal(signal: NodeJS.Signals): void;
  /** Ends the process and all it has started. */
  killGroup(): void;
}

/** What a new process needs to become a worker. */
export interface WorkerBirth {
  /** Distinguishes it from all others of its gateway. */
  readonly id: number;
  /** With which it shows itself to the gateway. */
  readonly token: string;
  /** Where its temporary files go. */
  readonly folder: string;
}

/** Starts the process of a worker. */
export type Launch = (birth: WorkerBirth, owner: ProcessOwner) => WorkerHandle;

/** Sends a signal to a process, or with a negative number to a group. */
export function sendSignal(target: number | undefined, signal: NodeJS.Signals): void {
  if (target === undefined) return;
  try {
    process.kill(target, signal);
  } catch {
    // it has just ended by itself
  }
}
