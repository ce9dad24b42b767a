import { readFileSync } from 'node:fs';
import type { ServedApp } from '../support/server.js';

interface Status {
  readonly workers: { pid: number; state: string }[];
}

/** PIDs of workers that serve: neither exited nor suspended, even if the gateway does not know it yet. */
export async function serving(app: ServedApp): Promise<number[]> {
  const { workers } = await app.admin<Status>('/status');
  const ready = workers.filter(({ state }) => state === 'idle' || state === 'busy');
  return ready.map(({ pid }) => pid).filter((pid) => !'TZX'.includes(processState(pid)));
}

/** Waits until at least one worker serves. */
export async function someServing(app: ServedApp): Promise<number[]> {
  let pids = await serving(app);
  while (pids.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    pids = await serving(app);
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
