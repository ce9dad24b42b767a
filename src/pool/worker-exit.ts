/** How a worker's process ended. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the gateway has killed it, for people. */
  readonly reason?: string;
}

/** For people: "was killed by SIGKILL", "exited with code 1". */
export function describeExit(exit: WorkerExit): string {
  if (exit.reason !== undefined) return exit.reason;
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return `exited with code ${exit.code ?? 'unknown'}`;
}
