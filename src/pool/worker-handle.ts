import type { Socket } from 'node:net';
import type { WorkerExit } from './worker-exit.js';

/** Callbacks for events of an R process. */
export interface ProcessOwner {
  /** The process has printed something. The lines follow. */
  printed(): void;
  line(stream: 'stdout' | 'stderr', line: string): void;
  /** The process runs under this id. */
  running(pid: number): void;
  /** The process has ended, or could not be started (code 127). Called once. */
  ended(exit: WorkerExit): void;
}

/** A worker's process: its output and its signals. */
export interface WorkerHandle {
  /** Undefined before the process runs. */
  readonly pid: number | undefined;
  readonly running: boolean;
  /** The worker has connected and identified itself. */
  connected(socket: Socket, pid: number): void;
  /** Calls `act` when everything is read that the process had printed before. */
  afterOutput(act: () => void): void;
  /** Delivers unfinished lines, because the next output belongs to another request. */
  endLines(): void;
  signal(signal: NodeJS.Signals): void;
  /** Kills the process and everything that it has started. */
  killGroup(): void;
}

/** What a new process needs to become a worker. */
export interface WorkerBirth {
  /** Unique within the gateway. */
  readonly id: number;
  /** Authenticates the worker to the gateway. */
  readonly token: string;
  /** Folder for its temporary files. */
  readonly folder: string;
}

/** Starts a worker's process. */
export type Launch = (birth: WorkerBirth, owner: ProcessOwner) => WorkerHandle;

/** Sends a signal to a process, or to a process group if `target` is negative. */
export function sendSignal(target: number | undefined, signal: NodeJS.Signals): void {
  if (target === undefined) return;
  try {
    process.kill(target, signal);
  } catch {
    // it has just ended
  }
}
