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

/** Gets JSON from the admin server. */
export async function admin<T>({ adminUrl }: Service, path: string): Promise<T> {
  return (await (await fetch(new URL(path, adminUrl))).json()) as T;
}

/** Waits until `done` returns true. Returns the time in ms. */
export async function until(done: () => Promise<boolean>, timeoutMs = 60_000): Promise<number> {
  const start = performance.now();
  while (!(await done())) {
    if (performance.now() - start > timeoutMs) throw new Error(`condition not met after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - start;
}

/** The resident set size of a process, in MB. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** The result of a request. The status is 0 if there was no response. */
export interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** An agent with any number of keep-alive connections. */
export const keepAlive = (): Agent => new Agent({ keepAlive: true, maxSockets: Infinity });

/** Sends a GET request, and discards the response body. */
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

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
