import { readFileSync } from 'node:fs';

/** The result of one request, as its client saw it. */
export interface Outcome {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Undefined if the connection closed before a response arrived. */
  readonly status: number | undefined;
  readonly body: string;
}

export interface Verdict {
  readonly requests: number;
  readonly answered: number;
  /** Failures that the loss of a worker explains: 502 if it exited, 504 if it was suspended (SIGSTOP). */
  readonly failed: number;
  /** A message for each result that the loss of a worker does not explain. */
  readonly faults: readonly string[];
}

/** The statuses of a request whose worker was killed, suspended or quit. */
const WORKER_LOST = new Set([502, 504]);

/**
 * Compares the responses that clients received with the runs of the handlers.
 *
 * @param ledger          the file to which each run of a handler appends the ID of its request
 * @param failuresAllowed one for each worker that was killed, suspended or told to quit
 */
export function check(outcomes: readonly Outcome[], ledger: string, failuresAllowed: number): Verdict {
  const runs = new Map<string, number>();
  for (const id of readFileSync(ledger, 'utf8').split('\n')) runs.set(id, (runs.get(id) ?? 0) + 1);
  const faults: string[] = [];
  const failures: string[] = [];
  let failed = 0;
  for (const { body, id, method, path, status } of outcomes) {
    const ran = runs.get(id) ?? 0;
    const what = `${method} ${path} ${id}`;
    if (status === undefined) faults.push(`${what} got no response: ${body}`);
    else if (status === 200) {
      if (body !== id) faults.push(`${what} got the body ${JSON.stringify(body)}`);
      if (ran !== 1) faults.push(`${what} got one response but ran ${ran} times`);
    } else if (WORKER_LOST.has(status)) {
      failed += 1;
      failures.push(`${status} ${what}, ran ${ran} times: ${body}`);
      if (ran > 1) faults.push(`${what} failed but ran ${ran} times`);
    } else faults.push(`${what} got status ${status}: ${body}`);
  }
  if (failed > failuresAllowed) {
    faults.push(`${failed} requests failed, but only ${failuresAllowed} workers were lost`, ...failures);
  }
  return { requests: outcomes.length, answered: outcomes.length - failed, failed, faults };
}
