/** How a worker's process ended. Unknown (null) if it was forked from a process that ended before it. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the gateway killed it, as text for messages. */
  readonly reason?: string;
  /** The error code of the system, such as EMFILE, if R could not be started at all. */
  readonly errno?: string;
}

/** For a process that could not be started. */
export function notStarted(error: unknown): WorkerExit {
  const { code = 'unknown', message } = error as NodeJS.ErrnoException;
  return { code: 127, signal: null, errno: code, reason: `could not be started: ${message}` };
}

/** For messages: "was killed by SIGKILL", "exited with code 1", or "ended" if unknown. */
export function describeExit(exit: WorkerExit): string {
  if (exit.reason !== undefined) return exit.reason;
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return exit.code === null ? 'ended' : `exited with code ${exit.code}`;
}
