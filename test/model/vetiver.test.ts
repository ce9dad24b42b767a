import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Json, rowsOf, TrainedModels } from './make-models.js';

/** What vetiver's own API answers, and what its clients in R make of it. */
const models = new TrainedModels();
let lm: ServedApp;
let wrapped: ServedApp | undefined;

beforeAll(async () => {
  await models.make(5, ['lm', 'vetiver']);
  lm = await serve(models.file('lm'), { workers: 1 });
  if (models.has('vetiver')) wrapped = await serve(models.file('vetiver'), { workers: 1 });
});

afterAll(() => Promise.all([lm?.stop(), wrapped?.stop()]));

async function get(app: ServedApp, path: string): Promise<Json> {
  return (await fetch(app.url + path)).json();
}

test('/ping has the status and the time', async () => {
  expect(await get(lm, '/ping')).toEqual({
    status: 'online',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  });
});

test('/metadata has what vetiver_meta() makes', async () => {
  expect(await get(lm, '/metadata')).toEqual({ user: [], version: '1', url: null, required_pkgs: null });
});

test('/prototype has the input as cereal writes it', async () => {
  const plain = (type: string) => ({ type, example: null, details: [] });
  expect(await get(lm, '/prototype')).toEqual({
    age: plain('numeric'),
    rooms: plain('numeric'),
    city: { type: 'factor', example: null, details: { levels: ['a\\b', 'Bern', 'Köln', 'New "York"'] } },
    member: plain('logical'),
    size: { type: 'ordered', example: null, details: { levels: ['s', 'm', 'l'] } },
    pet: plain('character'),
  });
});

test('a vetiver model keeps its name and metadata', async (context) => {
  if (wrapped === undefined) return context.skip();
  expect(await get(wrapped, '/metadata')).toMatchObject({ user: { owner: 'us' } });
  expect((await get(wrapped, '/v2/models/rents')).inputs).toHaveLength(3);
});

test("vetiver's client predicts with it", async (context) => {
  if (wrapped === undefined) return context.skip();
  const { expected, input } = models.questions('vetiver')[0]!;
  const code = `
    input <- jsonlite::fromJSON(${JSON.stringify(JSON.stringify(rowsOf(input)))})
    input$age <- round(input$age, 4)
    cat(predict(vetiver::vetiver_endpoint("${wrapped.url}/predict"), input)$.pred, sep = "\\n")`;
  const answers = execFileSync('Rscript', ['-e', code], { encoding: 'utf8' }).trim().split('\n').map(Number);
  for (const [i, answer] of answers.entries()) expect(answer).toBeCloseTo(expected['.pred']![i] as number, 2);
});
