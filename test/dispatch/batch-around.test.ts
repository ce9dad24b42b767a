import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';
import { together, untilBatched } from '../support/together.js';

let app: ServedApp;
/** The same file, with every request run by plumber's own router. */
let plumber: ServedApp;

beforeAll(async () => {
  const file = fixtureApp('batch-around.R');
  [app, plumber] = await Promise.all([
    serve(file, { workers: 1 }),
    serve(file, { workers: 1, flags: ['--lane', 'plumber'] }),
  ]);
  const send = (path: string, body: (i: number) => unknown) => (i: number) =>
    ask(app, { path, body: body(i) });
  await untilBatched(
    app,
    '/root',
    send('/root', (i) => ({ x: i + 0.5, by: 3 })),
  );
  await untilBatched(app, '/add/<a:int>/<b>', (i) => ask(app, { method: 'GET', path: `/add/${i}/1.5` }));
  await untilBatched(
    app,
    '/table/<unit>',
    send('/table/cm', (a) => ({ rows: [{ a, b: 'x' }] })),
  );
  await untilBatched(
    app,
    '/rows',
    send('/rows', (a) => [{ a, b: 10 }]),
  );
  await untilBatched(
    app,
    '/checks',
    send('/checks', (x) => ({ x })),
  );
  await untilBatched(
    app,
    '/sequences',
    send('/sequences', (x) => ({ x: x + 1 })),
  );
});

afterAll(() => Promise.all([app, plumber].map((each) => each?.stop())));

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly user?: string;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

async function ask(of: ServedApp, { body, method = 'POST', path, user = 'somebody' }: Ask): Promise<Answer> {
  const answer = await fetch(of.url + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { 'Content-Type': 'application/json', 'X-User': user, 'Access-Control-Request-Method': 'POST' },
  });
  const ours = new Set(['date', 'x-request-id', 'connection', 'keep-alive', 'content-length']);
  return {
    status: answer.status,
    headers: Object.fromEntries([...answer.headers].filter(([name]) => !ours.has(name))),
    body: await answer.text(),
  };
}

async function sizes(name: string): Promise<number[]> {
  const { body } = await ask(app, { method: 'GET', path: `/calls?name=${name}` });
  return JSON.parse(body).sizes;
}

/** Sends all requests at once, expects plumber's responses, and returns the sizes of the calls with several items. */
async function batched(name: string, asks: readonly Ask[]): Promise<{ sizes: number[]; answers: Answer[] }> {
  const expected: Answer[] = [];
  for (const each of asks) expected.push(await ask(plumber, each));
  const before = (await sizes(name)).length;
  const answers = await together(
    app,
    asks.map((each) => () => ask(app, each)),
  );
  expect(answers).toEqual(expected);
  return { answers, sizes: (await sizes(name)).slice(before).filter((n) => n > 1) };
}

describe('behind filters and hooks', () => {
  test('computes requests in one call, each with the headers that its own filters and hooks set', async () => {
    const asks = Array.from({ length: 12 }, (_, i) => ({
      path: '/root',
      body: { x: i + 0.5, by: 3 },
      user: `u${i}`,
    }));
    const { answers, sizes } = await batched('root', asks);
    expect(sizes).toEqual([12]);
    expect(answers[7]!.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'x-asked-by': 'u7',
      'x-began': 'once /root',
    });
  });

  test('streams responses with the headers that filters and hooks set, and leaves errors of filters as they are', async () => {
    for (const user of ['somebody', 'nobody', 'broken']) {
      const asked = { path: '/parts', body: { x: [1, 2] }, user };
      expect(await ask(app, asked)).toEqual(await ask(plumber, asked));
    }
    const { body, headers } = await ask(app, { path: '/parts', body: { x: [1, 2] } });
    expect(body).toBe('data: 1\n\ndata: 2\n\n');
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-asked-by': 'somebody',
      'x-began': 'once /parts',
    });
  });

  test('excludes requests from the batch that a filter answers or fails on', async () => {
    const body = (x: number): object => ({ x: x + 0.5 });
    const { answers, sizes } = await batched('root', [
      { path: '/root', body: body(1) },
      { path: '/root', body: body(2), user: 'nobody' },
      { path: '/root', body: { x: [3.5, 4.5] } },
      { path: '/root', body: body(5), user: 'broken' },
      { path: '/root', method: 'OPTIONS' },
      { path: '/root', body: body(6) },
    ]);
    // The request with two items may also run alone.
    expect(sizes.filter((n) => n > 2)).toEqual([4]);
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 500, 200, 200]);
  });

  test('computes a request with the arguments that a filter has changed', async () => {
    const { answers, sizes } = await batched('root', [
      { path: '/root', body: { x: 4 } },
      { path: '/root', body: { x: 9 }, user: 'doubled' },
      { path: '/root', body: { x: 16 } },
    ]);
    expect(sizes).toEqual([2]);
    expect(JSON.parse(answers[1]!.body)).toEqual({ root: 6, text: 'root of 9' });
  });

  test('fails only the request that causes the error', async () => {
    const { answers } = await batched(
      'root',
      Array.from({ length: 8 }, (_, i) => ({ path: '/root', body: { x: i === 5 ? -1 : i } })),
    );
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([500]);
  });
});

describe('with long responses', () => {
  test('splits a batch whose result is many sequences, and loses no worker', async () => {
    const asks = Array.from({ length: sized(64, 256) }, () => ({ path: '/sequences', body: { x: 100 } }));
    const { answers } = await batched('sequences', asks);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(app.entries('worker-exit')).toEqual([]);
  });

  test('runs requests one by one if their result is too long to split, and loses no worker', async () => {
    const asks = Array.from({ length: 6 }, () => ({ path: '/sequences', body: { x: 60_000 } }));
    const { answers } = await batched('sequences', asks);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(app.entries('worker-exit')).toEqual([]);
  });
});

describe('with path parameters', () => {
  test('passes them as arguments of the types that plumber uses', async () => {
    const asks = [1, 2, 3, 4].map((a) => ({ method: 'GET', path: `/add/${a}/${a}.5?c=7` }));
    const { answers, sizes } = await batched('add', asks);
    expect(sizes).toEqual([4]);
    expect(answers.map(({ body }) => body)).toEqual(['[9.5]', '[11.5]', '[13.5]', '[15.5]']);
  });

  test('joins a table only with those of the same path', async () => {
    const rows = (a: number): object => ({ rows: [{ a, b: 'x' }] });
    const { sizes } = await batched('table', [
      { path: '/table/cm', body: rows(1) },
      { path: '/table/km', body: rows(2) },
      { path: '/table/cm', body: rows(3) },
      { path: '/table/km', body: rows(4) },
    ]);
    expect(sizes).toEqual([2, 2]);
  });
});

describe('with req and res', () => {
  const rows = (a: number): object[] => [
    { a, b: 10 },
    { a: a + 0.5, b: 20.5 },
  ];

  test('batches handlers that read the body and set a status only for bad rows, and fails only the bad rows', async () => {
    const good = await batched(
      'rows',
      [1, 2, 3].map((a) => ({ path: '/rows', body: rows(a) })),
    );
    expect(good.sizes.filter((n) => n > 2)).toEqual([6]);
    const { answers } = await batched(
      'rows',
      [1, 200, 3].map((a) => ({ path: '/rows', body: rows(a) })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200]);
  });

  test('keeps the status of one request from the others', async () => {
    const { answers } = await batched(
      'checks',
      [1, 500, 3].map((x) => ({ path: '/checks', body: { x } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 422, 200]);
  });

  test.each([
    ['/looks', (a: number) => ({ x: a }), 'it uses req, and each request has its own'],
    ['/header', (a: number) => [{ a }], 'it uses req$HTTP_X_USER, and each request has its own'],
    ['/mine', (a: number) => [{ a }], 'it uses req$user, and each request has its own'],
  ])(
    'reports a handler that uses data of a single request, and does not batch it: %s',
    async (path, body, reason) => {
      for (let round = 0; round < 4; round++) {
        const asks = [1, 2, 3].map((a) => ({ path, body: body(a), user: `u${a}` }));
        const { answers } = await batched(path.slice(1), asks);
        expect(answers.map((answer) => answer.body)).toEqual(['["u1 1"]', '["u2 2"]', '["u3 3"]']);
      }
      const logged = await app.logged('not-batched', (entry) => entry.path === path);
      expect(logged.msg).toContain(reason);
    },
  );
});
