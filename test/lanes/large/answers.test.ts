import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlumber } from '../../support/plumber.js';
import type { Server } from '../../support/process.js';
import { fixtureApp, type ServedApp, serve } from '../../support/server.js';
import { sampled } from '../../support/sized.js';

let app: ServedApp;
let plumber: Server;

beforeAll(async () => {
  [app, plumber] = await Promise.all([
    serve(fixtureApp('large.R'), { workers: 2 }),
    startPlumber(fixtureApp('large.R')),
  ]);
});

afterAll(() => Promise.all([app?.stop(), plumber?.stop()]));

interface Asked {
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  readonly gzip?: boolean;
}

/** Returns the status, the headers of the app and its serializer, the length and the text. */
async function ask(origin: string, { body, gzip, path, type }: Asked): Promise<unknown[]> {
  const response = await fetch(origin + path, {
    headers: {
      'Accept-Encoding': gzip ? 'gzip' : 'identity',
      ...(body !== undefined && { 'Content-Type': type ?? 'application/json' }),
    },
    ...(body !== undefined && { method: 'POST', body }),
  });
  const text = await response.text();
  const headers = ['Content-Type', 'X-Kind', 'X-Size'].map((name) => response.headers.get(name));
  return [response.status, ...headers, text.length, text];
}

async function askBoth(asked: Asked): Promise<void> {
  const theirs = await ask(`http://127.0.0.1:${plumber.port}`, asked);
  const ours = await ask(app.url, asked);
  expect(ours.slice(0, -1)).toEqual(theirs.slice(0, -1));
  expect(ours.at(-1) === theirs.at(-1)).toBe(true);
}

const names = [
  'frame',
  'named_rows',
  'numbers',
  'sequence',
  'texts',
  'matrix',
  'lists',
  'latin1',
  'bytes',
  'times',
];

test.each(sampled(names, 2))('a large answer has the same bytes as under plumber: %s', async (name) => {
  await askBoth({ path: `/value/${name}` });
});

test('a large answer has the status and the headers that the handler sets', async () => {
  await askBoth({ path: '/status' });
});

test('a compressed large answer is the same as under plumber', async () => {
  await askBoth({ path: '/value/frame', gzip: true });
});

const list = (make: (i: number) => unknown, length = 20_000): unknown[] =>
  Array.from({ length }, (_, i) => make(i));

const bodies: Record<string, unknown> = {
  records: list(
    (i) => ({ id: i, price: i / 8, name: `n${i}`, city: i % 3 ? 'Zürich' : null, ok: i % 2 === 0 }),
    3000,
  ),
  'records with gaps': list((i) => (i % 5 ? { a: i, ...(i % 3 ? { b: `"${i}"\n` } : {}) } : {}), 8000),
  'nested records': list((i) => ({ id: i, in: { x: i / 4, y: [i, i + 1] } }), 4000),
  'rows of numbers': list((i) => [i, i / 2, null], 8000),
  'rows of strings': list((i) => [`a${i}`, 'a longer text'], 8000),
  numbers: list((i) => i * 1e5 + 0.25),
  'mixed values': list((i) => (i % 2 ? i : `t${i}`)),
  'lists of lists': list((i) => ({ a: i % 50 ? [] : [{ b: i }], c: `${'x'.repeat(50)}${i}` }), 2500),
};

test.each(sampled(Object.keys(bodies), 2))(
  'R gets the same value for a large body as under plumber: %s',
  async (name) => {
    const body = JSON.stringify({ data: bodies[name] });
    expect(body.length).toBeGreaterThan(128 * 1024);
    await askBoth({ path: '/body', body });
    await askBoth({ path: '/mirror', body });
  },
);

test('rejects a large body that is not JSON as plumber does', async () => {
  await askBoth({ path: '/body', body: `[${'1,'.repeat(200_000)}]` });
  await askBoth({ path: '/body', body: JSON.stringify(list(String)).slice(0, -1) });
});

test('reads a large JSON body as JSON even if it is labelled as a form', async () => {
  const body = JSON.stringify({ data: list((i) => ({ i })) });
  const asked = { path: '/mirror', body };
  const theirs = await ask(`http://127.0.0.1:${plumber.port}`, asked);
  expect(await ask(app.url, { ...asked, type: 'application/x-www-form-urlencoded' })).toEqual(theirs);
});

test('answers small requests while it parses a large body and while it prints a large answer', async () => {
  const body = JSON.stringify({ data: Array(50).fill(bodies.records).flat() }); // about 10 MB
  for (const asked of [{ path: '/mirror', body }, { path: '/value/frame' }]) {
    const done: string[] = [];
    const large = ask(app.url, asked).then(() => done.push('large'));
    for (let i = 0; i < 5; i++) await ask(app.url, { path: '/echo?msg=hi' }).then(() => done.push('small'));
    await large;
    if (asked.body !== undefined) expect(done).toEqual([...Array(5).fill('small'), 'large']);
  }
});

test('stops cleanly after it has used threads', async () => {
  await ask(app.url, { path: '/value/frame' });
  expect(await app.stop()).toEqual({ code: 0, signal: null });
});
