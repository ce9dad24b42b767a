import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ServedApp } from './server.js';

let rounds = 0;

/**
 * Sends requests while the only worker of an app is busy, so that all wait for it together. The app's
 * `GET /busy?until=` prints when it starts, and returns when that file exists.
 */
export async function together<T>(app: ServedApp, requests: readonly (() => Promise<T>)[]): Promise<T[]> {
  const id = `busy-${rounds++}`;
  const folder = await mkdtemp(join(tmpdir(), 'together-'));
  const until = join(folder, 'go');
  const busy = fetch(`${app.url}/busy?until=${until}`, { headers: { 'X-Request-Id': id } });
  await app.logged('output', ({ requestId }) => requestId === id);
  const queued = async (): Promise<number> => (await app.admin<{ queued: number }>('/scale')).queued;
  const before = await queued();
  const answers = requests.map((request) => request());
  await expect.poll(queued, { timeout: 15_000 }).toBe(before + requests.length);
  await writeFile(until, '');
  await busy;
  await rm(folder, { recursive: true });
  return Promise.all(answers);
}

/**
 * Sends requests one by one, twelve or more, until Penstock has seen that the route or model may be batched.
 *
 * @param place a route's path or a model's name
 */
export async function untilBatched(
  app: ServedApp,
  place: string,
  request: (number: number) => Promise<unknown>,
): Promise<void> {
  for (let i = 0; i < 12; i++) await request(i);
  await app.logged('batched', ({ model, path }) => path === place || model === place);
}
