import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Json, type Question, rowsOf, TrainedModels } from './make-models.js';

const models = new TrainedModels();
let lm: ServedApp;
let ranger: ServedApp;
let question: Question;
let rows: Record<string, unknown>[];

beforeAll(async () => {
  await models.make(40, ['lm', 'ranger']);
  [lm, ranger] = await Promise.all([
    serve(models.file('lm'), { workers: 2 }),
    serve(models.file('ranger'), { workers: 1 }),
  ]);
  question = models.questions('lm')[0]!;
  rows = rowsOf(question.input);
});

afterAll(() => Promise.all([lm?.stop(), ranger?.stop()]));

async function post(app: ServedApp, path: string, body: unknown, headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(app.url + path, { method: 'POST', body: text, headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

test('returns one object for each row, in order', async () => {
  const { body, headers, status } = await post(lm, '/predict', rows);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(body).toEqual(rowsOf(question.expected));
});

test('reads the body as JSON for any content type', async () => {
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', '']) {
    const { body } = await post(lm, '/predict', rows[0], { 'Content-Type': type });
    expect(body).toEqual([{ '.pred': question.expected['.pred']![0] }]);
  }
});

test('answers an empty array with an empty array', async () => {
  expect((await post(lm, '/predict', [])).body).toEqual([]);
});

test('predicts null for a missing value if the model has no other answer', async () => {
  const { body } = await post(lm, '/predict', [
    { ...rows[0], age: null },
    rows[1],
    { ...rows[2], age: 'NA' },
  ]);
  expect(body.map((row: Json) => row['.pred'] === null)).toEqual([true, false, true]);
});

test('rejects a missing value before R sees it if the model does not support it', async () => {
  const input = rowsOf(models.questions('ranger')[0]!.input, 0, 2);
  const { body, status } = await post(ranger, '/predict', [input[0], { ...input[1], age: null }]);
  expect([status, body.faults]).toEqual([
    422,
    [{ path: '[1].age', code: 'null', message: 'must not be missing (null): the model needs a value' }],
  ]);
});

test('returns the same for many rows at once, which a thread reads', async () => {
  const many = Array.from({ length: 2000 }, () => rows).flat();
  expect(JSON.stringify(many).length).toBeGreaterThan(2 ** 17);
  const { body, status } = await post(lm, '/predict', many);
  expect(status).toBe(200);
  const expected = rowsOf(question.expected);
  expect(body).toHaveLength(many.length);
  expect(body.slice(-expected.length)).toEqual(expected);
  expect((await post(lm, '/predict', `${JSON.stringify(many)}]`)).body.code).toBe('body_not_json');
});

test('rejects a body with a million members before it is parsed', async () => {
  const members = Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":1`).join();
  const { body, status } = await post(lm, '/predict', `{${members}}`);
  expect([status, body.code]).toEqual([413, 'body_too_complex']);
  expect(body.message).toContain('an object with more than 10000 members');
});

test('reports every fault with status 422', async () => {
  const { pet: _, ...without } = rows[0]!;
  const { body, status } = await post(lm, '/predict?typ=terms&interval=wide&level=2', [
    without,
    { ...without, age: 'old', city: 'Rom' },
  ]);
  expect(status).toBe(422);
  expect(body).toMatchObject({ error: '422 - Unprocessable Entity', code: 'input_invalid', faultCount: 7 });
  expect(body.faults.map(({ path, code }: Json) => `${path} ${code}`)).toEqual([
    '?typ extra',
    '?interval level',
    '?level range',
    '[0].pet missing',
    '[1].age type',
    '[1].city level',
    '[1].pet missing',
  ]);
  expect(body.message).toContain('?typ is not a parameter of predictions; did you mean `type`?');
  expect(body.message).toContain('has `required: false` in penstock.yaml');
});

describe('What clients send', () => {
  /** The whole table, as jsonlite's toJSON() writes it: with row names, other columns, and without missing values. */
  const table = () =>
    rows.map(({ age, ...row }, i) => ({
      ...row,
      ...(i !== 1 && { age }),
      rent: 900 + i,
      'net \u00e0 payer': 1,
      _row: `person ${i}`,
    }));
  /** With a missing value R multiplies matrices in another way, which changes the last digits. */
  const expected = () =>
    rowsOf(question.expected).map((row, i) => ({
      '.pred': i === 1 ? null : expect.closeTo(row['.pred'] as number, 8),
    }));

  test('accepts row names, omitted missing values and columns that are no fields, which a header and the log name', async () => {
    const { body, headers, status } = await post(lm, '/predict', table());
    expect([status, body]).toEqual([200, expected()]);
    expect(headers.get('x-ignored-fields')).toBe('rent, net%20%C3%A0%20payer');
    await post(lm, '/predict', table());
    const entries = lm.entries('fields-ignored');
    expect(entries.map(({ fields, model }) => [model, fields])).toEqual([
      ['lm', ['rent', 'net \u00e0 payer']],
    ]);
    expect((await post(lm, '/predict', rows)).headers.get('x-ignored-fields')).toBeNull();
  });

  test('accepts rows in `data` and in `instances`, and columns', async () => {
    for (const body of [{ data: rows }, { instances: rows }, { data: question.input }, question.input]) {
      expect((await post(lm, '/predict', body)).body).toEqual(rowsOf(question.expected));
    }
  });

  test('accepts CSV and forms', async () => {
    const names = Object.keys(question.input);
    const quoted = (value: unknown) =>
      typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value).toUpperCase();
    const csv = [names.join(','), ...rows.map((row) => names.map((name) => quoted(row[name])).join(','))];
    const sent = await post(lm, '/predict', csv.join('\n'), { 'Content-Type': 'text/csv; charset=utf-8' });
    expect(sent.body).toEqual(rowsOf(question.expected));
    const form = new URLSearchParams(rows[0] as Record<string, string>).toString();
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await post(lm, '/predict', form, type)).body).toEqual(rowsOf(question.expected).slice(0, 1));
    const bad = await post(lm, '/predict', 'age\n"1', { 'Content-Type': 'text/csv' });
    expect([bad.status, bad.body.code]).toEqual([400, 'body_not_csv']);
    const parts = await post(lm, '/predict', '--x', { 'Content-Type': 'multipart/form-data; boundary=x' });
    expect([parts.status, parts.body.message]).toEqual([
      400,
      expect.stringContaining('x-www-form-urlencoded only'),
    ]);
  });

  test('answers what httr2 sends', async () => {
    const client = join(import.meta.dirname, 'r/httr2-client.R');
    const questions = join(models.folder, 'lm.json');
    const { stdout } = await promisify(execFile)('Rscript', [client, `${lm.url}/predict`, questions], {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    const { form, ...tables } = JSON.parse(stdout) as Record<string, Json[]>;
    for (const [way, answer] of Object.entries(tables)) expect(answer, way).toEqual(expected());
    // A form has few digits.
    expect(form).toEqual([{ '.pred': expect.closeTo(question.expected['.pred']![0] as number, 3) }]);
  });
});

describe('Paths', () => {
  test('answers 404 for an unknown path, and 405 with the allowed methods for another method', async () => {
    const nothing = await fetch(`${lm.url}/nothing`);
    expect([nothing.status, ((await nothing.json()) as Json).code]).toEqual([404, 'not_found']);
    const get = await fetch(`${lm.url}/predict`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const posted = await fetch(`${lm.url}/ping`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const encoded = await fetch(`${lm.url}/models/%E0/predict`, { method: 'POST' });
    expect(encoded.status).toBe(404);
  });

  test('finds the model by its name and version too', async () => {
    for (const path of ['/models/lm/predict', '/models/lm/versions/1/predict']) {
      expect((await post(lm, path, rows)).body).toEqual(rowsOf(question.expected));
    }
    const { body } = await post(lm, '/models/lm/versions/2/predict', rows);
    expect(body.message).toContain('Model lm has no version "2". Available: 1.');
  });

  test('answers HEAD without a body, and logs the request', async () => {
    const response = await fetch(`${lm.url}/ping`, { method: 'HEAD', headers: { 'X-Request-Id': 'headed' } });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await lm.request('headed')).toMatchObject({ status: 200, lane: 'model' });
  });
});
