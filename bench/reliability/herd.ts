import { putLoad } from '../crowd/load.js';
import type { LoadResult } from '../crowd/plan.js';
import { admin, type Service } from './service.js';

const CONNECTIONS = 2000;
const SECONDS = 5;

/** 2,000 clients that connect at the same time and ask again as soon as they have their answer. */
export function herd({ url }: Service): Promise<LoadResult> {
  const question = { method: 'GET' as const, path: '/nap?seconds=0', answer: '' };
  const load = { connections: CONNECTIONS, seconds: SECONDS, graceMs: 0 };
  return putLoad({ origin: url, keepAlive: true }, question, load);
}

/** The same just after all workers have been killed. */
export async function herdWithoutWorkers(service: Service): Promise<LoadResult> {
  const { workers } = await admin<{ workers: { pid: number }[] }>(service, '/status');
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
  return herd(service);
}
