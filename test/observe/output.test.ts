import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type LogEntry, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const MB_PER_STREAM = sized(5, 25);

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('output.R'), { workers: 2, flags: ['--queue-limit', '1000'] });
});

afterAll(() => app?.stop());

async function ask(path: string, id: string): Promise<unknown> {
  const response = await fetch(app.url + path, { headers: { 'X-Request-Id': id } });
  expect(response.status).toBe(200);
  return response.json();
}

/** What R printed while a request ran, as `stream: line`. */
function printedBy(id: string): string[] {
  return app
    .entries('output')
    .filter(({ requestId }) => requestId === id)
    .map(({ msg, stream }) => `${stream}: ${msg}`);
}

const hasMessage =
  (text: string) =>
  ({ msg }: LogEntry): boolean =>
    msg === text;

test('logs everything that a handler prints, with its worker and request', async () => {
  await ask('/all', 'all');
  const { worker } = await app.request('all');
  const lines = app.entries('output').filter(({ requestId }) => requestId === 'all');
  expect(lines.map(({ msg, stream }) => `${stream}: ${msg}`).sort()).toEqual(
    expect.arrayContaining([
      'stderr: by message',
      expect.stringMatching(/^stderr: Warning in .*: by warning$/),
      'stderr: by write',
      'stdout: [1] 1 2 3',
      'stdout: by a program',
      'stdout: by cat',
    ]),
  );
  expect(new Set(lines.map((line) => line.worker))).toEqual(new Set([worker]));
});

test('logs text without a line ending with the request that printed it', async () => {
  for (const i of [1, 2, 3, 4]) await ask(`/unfinished?text=part${i}`, `unfinished-${i}`);
  for (const i of [1, 2, 3, 4]) {
    await app.logged('output', hasMessage(`part${i}`));
    expect(printedBy(`unfinished-${i}`)).toEqual([`stdout: part${i}`]);
  }
});

test('logs output with the right request under load', async () => {
  const ids = Array.from({ length: 400 }, (_, i) => `says-${i}`);
  await Promise.all(ids.map((id) => ask(`/says?text=${id}`, id)));
  await Promise.all(ids.map((id) => app.logged('output', hasMessage(id))));
  const wrong = ids.filter((id) => printedBy(id).join() !== `stdout: ${id}`);
  expect(wrong).toEqual([]);
});

test('logs non-ASCII text and control characters as one line of JSON each', async () => {
  await ask('/unicode', 'unicode');
  await app.logged('output', hasMessage('grüß dich ☃'));
  await app.logged('output', ({ msg }) => msg!.startsWith('esc \u001b[31mred'));
});

test(`a handler that prints ${2 * MB_PER_STREAM} MB blocks neither itself nor other requests`, async () => {
  const flood = ask(`/flood?mb=${MB_PER_STREAM}`, 'flood');
  await app.logged('output', ({ requestId }) => requestId === 'flood');
  expect(await ask('/says?text=beside', 'beside')).toEqual(['beside']);
  expect(await flood).toEqual(['done']);
  await app.logged('output', ({ msg, stream }) => stream === 'stderr' && msg === 'flooded');
  await app.logged('output', ({ msg, stream }) => stream === 'stdout' && msg === 'flooded');
  const lines = printedBy('flood').filter((line) => line.endsWith('xxx'));
  expect(lines.filter((line) => line.startsWith('stdout: '))).toHaveLength(MB_PER_STREAM * 1024);
  expect(lines.filter((line) => line.startsWith('stderr: '))).toHaveLength(MB_PER_STREAM * 1024);
});

test('logs an endless line in pieces and loses no other line', async () => {
  expect(await ask('/endless', 'endless')).toEqual(['done']);
  expect(await ask('/says?text=after', 'after-endless')).toEqual(['after']);
  await app.logged('output', hasMessage('after'));
  const cut = printedBy('endless').map((line) => line.slice('stdout: '.length));
  expect(cut.join('')).toBe('y'.repeat(10 * 1024 ** 2));
});
