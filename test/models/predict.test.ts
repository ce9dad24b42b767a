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
    rows[0],
    { ...without, age: 'old', city: 'Rom' },
  ]);
  expect(status).toBe(422);
  expect(body).toMatchObject({ error: '422 - Unprocessable Entity', code: 'input_invalid', faultCount: 6 });
  expect(body.faults.map(({ path, code }: Json) => `${path} ${code}`)).toEqual([
    '?typ extra',
    '?interval level',
    '?level range',
    '[1].age type',
    '[1].city level',
    '[1].pet missing',
  ]);
  expect(body.message).toContain('?typ is not a parameter of predictions; did you mean `type`?');
});

test.each([
  ['', 'It is empty.'],
  ['{"age":', 'JSON'],
  ['age=3', 'JSON'],
])('answers 400 if the body is not JSON: %s', async (text, message) => {
  const { body, status } = await post(lm, '/predict', text);
  expect([status, body.code]).toEqual([400, 'body_not_json']);
  expect(body.message).toContain(message);
});

test('returns the error of predict(), and only that request fails', async () => {
  const input = rowsOf(models.questions('ranger')[0]!.input, 0, 1);
  const [bad, good] = await Promise.all([
    post(ranger, '/predict?type=quantiles', input),
    post(ranger, '/predict', input),
  ]);
  expect([bad.status, bad.body.code, good.status]).toEqual([500, 'prediction_failed', 200]);
  expect(bad.body.message).toContain('Set quantreg');
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
