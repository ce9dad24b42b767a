import { readFileSync } from 'node:fs';
import type { ServedApp } from '../support/server.js';

interface Status {
  readonly workers: { pid: number; state: string; requests: number }[];
}

/**
 * PIDs of workers that serve: neither exited nor suspended, even if the gateway does not know it yet.
 *
 * @param answered how many requests they have answered at least
 */
export async function serving(app: ServedApp, answered = 0): Promise<number[]> {
  const { workers } = await app.admin<Status>('/status');
  const ready = workers.filter(
    ({ requests, state }) => (state === 'idle' || state === 'busy') && requests >= answered,
  );
  return ready.map(({ pid }) => pid).filter((pid) => !'TZX'.includes(processState(pid)));
}

/**
 * Waits until at least one worker serves and has answered a request: if workers end before that, their starts count as
 * failed, and after three in a row requests are rejected.
 */
export async function someServing(app: ServedApp): Promise<number[]> {
  let pids = await serving(app, 1);
  while (pids.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    pids = await serving(app, 1);
  }
  return pids;
}

function processState(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1]!;
  } catch {
    return 'X';
  }
}
