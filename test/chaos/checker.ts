import { readFileSync } from 'node:fs';

/** What became of one request, as its client saw it. */
export interface Outcome {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Undefined if the connection was cut before there was an answer. */
  readonly status: number | undefined;
  readonly body: string;
}

export interface Verdict {
  readonly requests: number;
  readonly answered: number;
  /** Answers that a worker's end explains: 502 of what it was running, 504 of what it had when it was stopped. */
  readonly failed: number;
  /** What no fault excuses, in words. */
  readonly faults: readonly string[];
}

/** A worker's end may show as either of them, if it is that of the worker which ran the request. */
const EXCUSED = new Set([502, 504]);

/**
 * Compares what clients were answered with what was run.
 *
 * @param ledger  the file in which each run of a handler has left the id of its request
 * @param excuses failures that there may be: one for each worker that was killed, stopped or told to quit
 */
export function check(outcomes: readonly Outcome[], ledger: string, excuses: number): Verdict {
  const runs = new Map<string, number>();
  for (const id of readFileSync(ledger, 'utf8').split('\n')) runs.set(id, (runs.get(id) ?? 0) + 1);
  const faults: string[] = [];
  const failures: string[] = [];
  let failed = 0;
  for (const { body, id, method, path, status } of outcomes) {
    const ran = runs.get(id) ?? 0;
    const what = `${method} ${path} ${id}`;
    if (status === undefined) faults.push(`${what} was not answered: ${body}`);
    else if (status === 200) {
      if (body !== id) faults.push(`${what} was answered with ${JSON.stringify(body)}`);
      if (ran !== 1) faults.push(`${what} was answered once and run ${ran} times`);
    } else if (EXCUSED.has(status)) {
      failed += 1;
      failures.push(`${status} ${what}, run ${ran} times: ${body}`);
      if (ran > 1) faults.push(`${what} failed and was run ${ran} times`);
    } else faults.push(`${what} was answered with ${status}: ${body}`);
  }
  if (failed > excuses) {
    faults.push(`${failed} requests failed, and ${excuses} workers were harmed`, ...failures);
  }
  return { requests: outcomes.length, answered: outcomes.length - failed, failed, faults };
}
