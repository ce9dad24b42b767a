import { readFileSync } from 'node:fs';
import { Agent, type ClientRequest, get } from 'node:http';

/** A running Penstock. */
export interface Service {
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
}

export interface ScaleNumbers {
  readonly ongoing: number;
  readonly queued: number;
}

export interface StatusNumbers {
  readonly workers: readonly { readonly state: string }[];
}

/** JSON of the admin server. */
export async function admin<T>({ adminUrl }: Service, path: string): Promise<T> {
  return (await (await fetch(new URL(path, adminUrl))).json()) as T;
}

/** Asks until `done` is true; gives the milliseconds that it took. */
export async function until(done: () => Promise<boolean>, patienceMs = 60_000): Promise<number> {
  const start = performance.now();
  while (!(await done())) {
    if (performance.now() - start > patienceMs) throw new Error(`not so after ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - start;
}

/** Megabytes of memory that a process has. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** One answer: 0 when there was none. */
export interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** Connections that are kept, as many as are needed. */
export const keepAlive = (): Agent => new Agent({ keepAlive: true, maxSockets: Infinity });

/** A GET whose answer is read and thrown away. */
export function ask(url: string, agent: Agent, answered: (answer: Answered) => void): ClientRequest {
  const start = performance.now();
  const request = get(url, { agent }, (response) => {
    response.resume();
    response.once('end', () => {
      answered({ status: response.statusCode ?? 0, ms: performance.now() - start });
    });
  });
  request.once('error', () => answered({ status: 0, ms: performance.now() - start }));
  return request;
}

/** The value that a share of all is under. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
