/** How a worker's process ended; nothing is known when it was forked from a process that ended before it. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the gateway has killed it, for people. */
  readonly reason?: string;
}

/** For people: "was killed by SIGKILL", "exited with code 1"; "ended" where nobody knows how. */
export function describeExit(exit: WorkerExit): string {
  if (exit.reason !== undefined) return exit.reason;
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return exit.code === null ? 'ended' : `exited with code ${exit.code}`;
}
