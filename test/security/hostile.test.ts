import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServedApp } from '../support/server.js';
import { attack } from './hostile/attack.js';
import { serveHostileApp } from './hostile/hostile-app.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serveHostileApp();
});

afterAll(() => app?.stop());

interface Status {
  readonly restarts: number;
  readonly workers: { pid: number }[];
}

test('300 hostile inputs break nothing, leave no connection hanging, and bring nothing forbidden to R', async () => {
  const { restarts, workers } = await app.admin<Status>('/status');
  const { faults, statuses } = await attack(app, 20_260_000, 300);
  expect(faults).toEqual([]);
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200', '400', '401', '404']));
  const { forbidden } = (await (await fetch(`${app.url}/seen`)).json()) as { forbidden: number };
  expect(forbidden).toBe(0);
  const after = await app.admin<Status>('/status');
  expect([after.restarts, after.workers.map(({ pid }) => pid)]).toEqual([
    restarts,
    workers.map(({ pid }) => pid),
  ]);
  expect(await (await fetch(`${app.url}/echo?msg=well`)).json()).toEqual({ msg: 'well' });
});
