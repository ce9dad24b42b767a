import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlumber } from '../support/plumber.js';
import type { Server } from '../support/process.js';
import { type ServedApp, serve } from '../support/server.js';

const example = resolve(import.meta.dirname, '../../examples/mtcars');
const car = { mpg: 21, disp: 160, hp: 100, drat: 3.9, wt: 2.62, qsec: 16.46, vs: 0, am: 1, gear: 4, carb: 4 };

let penstock: ServedApp;
let plumber: Server;

beforeAll(async () => {
  if (!existsSync(join(example, 'RfModel.rds'))) execFileSync('Rscript', [join(example, 'create-model.R')]);
  [penstock, plumber] = await Promise.all([
    serve(example, { workers: 4 }),
    startPlumber(join(example, 'plumber.R')),
  ]);
  await penstock.logged('worker-ready', undefined, { skip: 3 }); // it listens once the first worker is ready
});

afterAll(() => Promise.all([penstock?.stop(), plumber?.stop()]));

/** The duration in milliseconds. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

async function predict(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/prediction`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ data: car }),
  });
  expect(await response.json()).toEqual(['6']);
}

async function slowReport(port: number, signal?: AbortSignal): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/asynchronousTest`, signal ? { signal } : {});
  expect(await response.json()).toEqual(['OK']);
}

test('runs four slow requests in the time of one, while under plumber alone even a prediction waits', async () => {
  const onPlumber = async (): Promise<number> => {
    const slow = slowReport(plumber.port);
    const waited = await timed(() => predict(plumber.port));
    await slow;
    return waited;
  };
  const [together, waited] = await Promise.all([
    timed(() => Promise.all([1, 2, 3, 4].map(() => slowReport(penstock.port)))),
    onPlumber(),
  ]);
  expect(together).toBeGreaterThan(5000);
  // One at a time would take 20 s, two at a time 10 s.
  expect(together).toBeLessThan(9500);
  expect(waited).toBeGreaterThan(4000);
});

test('answers predictions at once while three slow requests run', async () => {
  const leave = new AbortController();
  const slow = [1, 2, 3].map(() => slowReport(penstock.port, leave.signal).catch(() => 'left'));
  await expect.poll(async () => (await penstock.admin('/status')).running).toBe(3);

  const times: number[] = [];
  // The first predictions warm up the free worker: R loads and compiles what it needs.
  for (let i = 0; i < 21; i++) times.push(await timed(() => predict(penstock.port)));

  expect((await penstock.admin('/status')).running).toBe(3);
  // The slow requests take 5 s.
  expect(times.sort((a, b) => a - b)[10]).toBeLessThan(250);
  leave.abort();
  expect(await Promise.all(slow)).toEqual(['left', 'left', 'left']);
});
