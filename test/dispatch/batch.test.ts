import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureApp, type LogEntry, type ServedApp, serve } from '../support/server.js';
import { together as allTogether, untilBatched } from '../support/together.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('batch.R'), {
    workers: 1,
    flags: ['--queue-limit', '500', '--timeout', '20s'],
  });
  await untilBatched(app, '/scaled', (i) => post('/scaled', { x: i + 0.5 }));
  await untilBatched(app, '/slow', (i) => post('/slow', { x: i + 0.5, seconds: 0 }));
  await untilBatched(app, '/labels', (i) => post('/labels', { rows: { a: i, b: 'x' } }));
  await untilBatched(app, '/raw', (i) => post('/raw', [{ a: i, b: 10 }]));
  await untilBatched(app, '/patient', (i) => post('/patient', { x: i }));
  await untilBatched(app, '/very-patient', (i) => post('/very-patient', { x: i }));
  await untilBatched(app, '/deadly', (i) => post('/deadly', { x: i }));
});

afterAll(() => app?.stop());

interface Answer {
  status: number;
  body: unknown;
}

async function post(path: string, body: unknown, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(app.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  });
  return { status: answer.status, body: await answer.json() };
}

async function get(path: string): Promise<Answer> {
  const answer = await fetch(app.url + path);
  return { status: answer.status, body: await answer.json() };
}

const sizes = async (name: string): Promise<number[]> =>
  ((await get(`/calls?name=${name}`)).body as { sizes: number[] }).sizes;

const together = <T>(requests: (() => Promise<T>)[]): Promise<T[]> => allTogether(app, requests);

describe('over arguments', () => {
  test('computes waiting requests in one call, and each gets the response that it would get alone', async () => {
    const xs = Array.from({ length: 40 }, (_, i) => i + 0.5);
    const alone: Answer[] = [];
    for (const x of xs) alone.push(await post('/scaled', { x, by: 3 }));
    const before = (await sizes('scaled')).length;
    expect(await together(xs.map((x) => () => post('/scaled', { x, by: 3 })))).toEqual(alone);
    const after = (await sizes('scaled')).slice(before);
    expect(after.filter((n) => n > 1)).toEqual([40]);
  });

  test('a request may contain several items, as vectors or as rows', async () => {
    const answers = await together([
      () => post('/scaled', { x: [1, 4], by: [1, 1] }),
      () =>
        post('/scaled', [
          { x: 9, by: 1 },
          { x: 16, by: 2 },
        ]),
      () => post('/scaled', { x: 25, by: 1 }),
    ]);
    expect(answers.map(({ body }) => body)).toEqual([[1, 2], [3, 8], [5]]);
    expect(await sizes('scaled')).toContain(5);
  });

  test('does not batch requests with different types or arguments', async () => {
    const answers = await together([
      () => post('/scaled', { x: 4 }),
      () => post('/scaled', { x: 4.5 }),
      () => post('/scaled', { x: 9 }),
      () => post('/scaled', { x: 4, by: 1 }),
      () => post('/scaled?by=2', { x: 4 }),
      () => post('/scaled', { x: null }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 500, 500]);
    expect(answers.map(({ body }) => body).slice(0, 4)).toEqual([[4], [4.2426], [6], [2]]);
  });

  test('fails only the request that causes an error, with its own message', async () => {
    const xs = Array.from({ length: 30 }, (_, i) => (i % 10 === 7 ? -i : i) + 0.25);
    const headers = (x: number): RequestInit => ({ headers: { 'X-Request-Id': `root-${x}` } });
    const answers = await together(xs.map((x) => () => post('/scaled', { x }, headers(x))));
    for (const [i, x] of xs.entries()) {
      const { body, status } = answers[i]!;
      if (x > 0) {
        expect([status, body]).toEqual([200, [Number((2 * Math.sqrt(x)).toFixed(4))]]);
        continue;
      }
      expect(status).toBe(500);
      // plumber's response does not contain the message, but its log does.
      const reason = ({ msg, requestId }: LogEntry): boolean =>
        requestId === `root-${x}` && msg!.includes(`no root of ${x}`);
      await app.logged('output', reason);
    }
  });

  test('a request that kills R does not fail the others of its batch', async () => {
    const answers = await together([1, 2, 13, 4].map((x) => () => post('/deadly', { x })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 502, 200]);
    expect(answers.map(({ body }) => body).filter(Array.isArray)).toEqual([[1], [2], [4]]);
  });

  test('a client that disconnects removes its request from the batch without affecting the others', async () => {
    const leave = new AbortController();
    const leaves: RequestInit = { signal: leave.signal, headers: { 'X-Request-Id': 'leaves' } };
    const answers = together<Answer | string>([
      () => post('/slow', { x: 1.5 }, leaves).catch(() => 'left'),
      ...[4.5, 9.5].map((x) => () => post('/slow', { x }, { headers: { 'X-Request-Id': `stays-${x}` } })),
    ]);
    // The batch runs once its handler has printed.
    await app.logged('output', ({ msg, requestId }) => msg === 'slow' && requestId === 'leaves');
    leave.abort();
    expect(await answers).toMatchObject(['left', { body: [4.5] }, { body: [9.5] }]);
    expect(await app.request('leaves')).toMatchObject({ status: 0 });
    expect(await app.request('stays-9.5')).toMatchObject({ status: 200, batch: 3 });
  });

  test('waits with an idle worker for more requests as long as the tag says', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map((x) => post('/patient', { x })));
    expect(answers.map(({ body }) => body)).toEqual([['odd'], ['even'], ['odd'], ['even']]);
    expect((await sizes('patient')).filter((n) => n > 1)).toEqual([4]);
  });

  test('does not delay requests of other routes while a batch fills', async () => {
    const leave = new AbortController();
    const held = post('/very-patient', { x: 1 }, { signal: leave.signal }).catch(() => 'left');
    await expect.poll(() => app.admin('/scale')).toMatchObject({ queued: 1 });
    expect((await post('/scaled', { x: 4, by: 1 })).body).toEqual([2]);
    expect(await app.admin('/scale')).toMatchObject({ queued: 1 });
    leave.abort();
    expect(await held).toBe('left');
  });

  test('logs the size of the batch of each request', async () => {
    await together(
      [1.5, 2.5, 3.5].map((x) => () => post('/scaled', { x }, { headers: { 'X-Request-Id': `three-${x}` } })),
    );
    expect(await app.request('three-2.5')).toMatchObject({ batch: 3 });
  });
});

describe('over a table', () => {
  test('passes a data frame with one row per item, and at most max rows', async () => {
    const before = (await sizes('labels')).length;
    const answers = await together(
      Array.from({ length: 12 }, (_, i) => () => post('/labels?prefix=n', { rows: { a: i, b: 'x' } })),
    );
    expect(answers.map(({ body }) => body)).toEqual(
      Array.from({ length: 12 }, (_, i) => [{ name: `n${i}`, class: 'integer' }]),
    );
    const after = (await sizes('labels')).slice(before);
    expect(Math.max(...after)).toBe(8);
  });

  test('uses the body as the table if it does not name the argument', async () => {
    const answers = await together([
      () => post('/labels', [{ a: 'u' }, { a: 'v' }]),
      () => post('/labels', { a: 'w' }),
      () => post('/labels', { a: [1, 2] }),
    ]);
    expect(answers.map(({ body }) => body)).toEqual([
      [
        { name: 'u', class: 'character' },
        { name: 'v', class: 'character' },
      ],
      [{ name: 'w', class: 'character' }],
      [
        { name: '1', class: 'integer' },
        { name: '2', class: 'integer' },
      ],
    ]);
  });
});

test('over the body: joins arrays of rows into one, and splits the columns of named results', async () => {
  const before = (await sizes('raw')).length;
  const answers = await together(
    [1, 2, 3].map(
      (a) => () =>
        post('/raw', [
          { a, b: 10 },
          { a, b: 20 },
        ]),
    ),
  );
  expect(answers.map(({ body }) => body)).toEqual(
    [1, 2, 3].map((a) => ({ sum: [a + 10, a + 20], text: [`${a} 10`, `${a} 20`] })),
  );
  expect((await sizes('raw')).slice(before).filter((n) => n > 2)).toEqual([6]);
});

describe('a handler that is not vectorised', () => {
  test('is detected by the length of its result and reported once, and its requests are still answered', async () => {
    for (let round = 0; round < 2; round++) {
      const answers = await together([7, 8, 9].map((x) => () => get(`/first?x=${x}`)));
      expect(answers.map(({ body }) => body)).toEqual([['7'], ['8'], ['9']]);
    }
    const logged = await app.logged('not-batched', (entry) => entry.path === '/first');
    expect(logged.msg).toContain('its result has no part for each of 4 items');
    expect(app.entries('not-batched').filter((entry) => entry.path === '/first')).toHaveLength(1);
    expect((await sizes('first')).filter((n) => n > 1)).toHaveLength(1);
  });

  test('is detected by a request that gets another response alone', async () => {
    const first = await together([1, 2, 6, 7].map((x) => () => post('/shifted', { x })));
    expect(first.map(({ body }) => body)).toEqual([[0], [0], [0], [0]]);
    const logged = await app.logged('not-batched', (entry) => entry.path === '/shifted');
    expect(logged.msg).toContain('another answer in a batch than alone');
    const answers = await together([1, 2, 6].map((x) => () => post('/shifted', { x })));
    expect(answers.map(({ body }) => body)).toEqual([[0], [0], [0]]);
  });

  test('is detected by looking at the current request, even if it catches the error', async () => {
    for (let x = 0; x < 12; x++) expect((await post('/hides', { x })).body).toEqual([x]);
    await app.logged('not-batched', (entry) => entry.path === '/hides');
  });

  test('is detected by failing in batches of requests that succeed alone', async () => {
    for (let round = 0; round < 4; round++) {
      const answers = await together([1, 2, 3].map((x) => () => get(`/fussy?x=${x}`)));
      expect(answers.map(({ body }) => body)).toEqual([['fine'], ['fine'], ['fine']]);
    }
    const logged = await app.logged('not-batched', (entry) => entry.path === '/fussy');
    expect(logged.msg).toContain('it fails in batches of requests that succeed alone');
  });
});

test('a request that exceeds its deadline leaves its batch without affecting the others', async () => {
  const ask = (id: string, x: number): Promise<Answer> =>
    post('/slow', { x, seconds: 3 }, { headers: { 'X-Request-Id': id, 'X-Request-Timeout': '4s' } });
  const answers = await together<Answer>([
    () => ask('early', 2.5),
    async () => {
      // Half of the deadline of the early request has passed.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return ask('late', 3.5);
    },
  ]);
  expect(answers).toMatchObject([{ status: 504 }, { status: 200, body: [3.5] }]);
  expect(await app.request('late')).toMatchObject({ batch: 2 });
});
