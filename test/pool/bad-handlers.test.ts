import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-bad-'));

let app: ServedApp;
let requests = 0;

beforeAll(async () => {
  // Limits the memory of R, as a container would, but R can still report the error.
  const rscript = join(folder, 'Rscript');
  writeFileSync(rscript, '#!/bin/sh\nulimit -v 1000000\nexec Rscript "$@"\n');
  chmodSync(rscript, 0o755);
  app = await serve(fixtureApp('bad-handlers.R'), { workers: 1, flags: ['--rscript', rscript] });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly id: string;
}

async function ask(path: string): Promise<Answer> {
  const id = `request-${requests++}`;
  const response = await fetch(app.url + path, { headers: { 'X-Request-Id': id } });
  const text = await response.text();
  const isJson = response.headers.get('Content-Type') === 'application/json';
  return { status: response.status, body: isJson ? JSON.parse(text) : text, id };
}

/** Expects correct answers to the next requests, from the process `pid` if it is given. */
async function expectSane(pid?: unknown): Promise<void> {
  for (const n of [1, 2, 3]) {
    const { body, status } = await ask(`/sane?n=${n}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ n, sum: n + 1, home: 'apps', text: 'grüß', third: 0.3333 });
    if (pid !== undefined) expect(body).toMatchObject({ pid });
  }
}

const pidNow = async (): Promise<unknown> => ((await ask('/sane')).body as { pid: unknown }).pid;

describe('the same worker answers the next requests correctly after a handler that', () => {
  test.each([
    ['prints text that looks like an answer', '/print-frame', 200],
    ['changes the working directory', '/setwd', 200],
    ['recurses forever', '/recurse', 500],
    ['allocates more memory than there is', '/memory', 500],
    ['empties the global environment', '/clear', 200],
    ['diverts all output', '/sink', 200],
    ['changes the locale', '/locale', 200],
    ['leaves a callback that fails', '/later', 200],
    ['leaves a forked child', '/fork', 200],
    ['fails in on.exit()', '/on-exit', 500],
    ['masks the functions of R', '/globals', 200],
    ['closes all connections', '/close-all', 200],
    ['interrupts itself', '/interrupt', 500],
    ['jumps to the top level', '/abort', 500],
    ['leaves a callback that jumps to the top level', '/abort-later', 200],
  ])('%s', async (_, path, status) => {
    const pid = await pidNow();
    expect((await ask(path)).status).toBe(status);
    await expectSane(pid);
  });
});

describe('only its own request fails, and a new worker answers the next ones, after a handler that', () => {
  test.each([
    ['quits R', '/quit', 'exited with code 0'],
    ['crashes R', '/crash', 'was killed by SIGSEGV'],
    ['writes to the connection to the gateway', '/gateway', ''],
  ])('%s', async (_, path, how) => {
    const pid = await pidNow();
    const { body, id, status } = await ask(path);
    expect(status).toBe(502);
    expect(body).toMatchObject({ code: 'worker_lost', message: expect.stringContaining(how), requestId: id });
    await expectSane();
    expect(await pidNow()).not.toBe(pid);
  });
});

test("logs that a handler or a callback has jumped to R's top level", async () => {
  const { id } = await ask('/abort');
  expect(await app.logged('r-error', ({ requestId }) => requestId === id)).toMatchObject({
    message: expect.stringContaining('invokeRestart("abort")'),
  });
  await ask('/abort-later');
  await app.logged('output', ({ msg }) => /later callback: a jump to R's top level/.test(msg!));
});

test('a failing callback does not affect a pending promise', async () => {
  expect(await ask('/later-waiting')).toMatchObject({ status: 200, body: ['kept'] });
  await app.logged('output', ({ msg }) => msg!.includes('a callback that fails meanwhile'));
});

test('logs output again after a handler has diverted all output', async () => {
  await ask('/sink');
  const { id } = await ask('/say');
  await app.logged('output', (entry) => entry.requestId === id && entry.msg === 'to stdout');
  await app.logged('output', (entry) => entry.requestId === id && entry.msg === 'to stderr');
});

test('options that a handler sets stay set, as under plumber, and break nothing', async () => {
  expect((await ask('/options')).status).toBe(200);
  const { body, status } = await ask('/sane?n=1');
  expect(status).toBe(200);
  expect(body).toMatchObject({ n: 1, sum: 2, text: 'grüß' });
});
