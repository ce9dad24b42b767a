import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../../support/server.js';
import { type Json, rowsOf, TrainedModels } from '../make-models.js';

const models = new TrainedModels();
let wrapped: ServedApp;

beforeAll(async () => {
  await models.make(5, ['vetiver']);
  wrapped = await serve(models.file('vetiver'), { workers: 1 });
});

afterAll(() => wrapped?.stop());

async function get(app: ServedApp, path: string): Promise<Json> {
  return (await fetch(app.url + path)).json();
}

test('a vetiver model keeps its name and metadata', async () => {
  expect(await get(wrapped, '/metadata')).toMatchObject({ user: { owner: 'us' } });
  expect((await get(wrapped, '/v2/models/rents')).inputs).toHaveLength(3);
});

test("vetiver's client can predict with the model", async () => {
  const { expected, input } = models.questions('vetiver')[0]!;
  const code = `
    input <- jsonlite::fromJSON(${JSON.stringify(JSON.stringify(rowsOf(input)))})
    input$age <- round(input$age, 4)
    cat(predict(vetiver::vetiver_endpoint("${wrapped.url}/predict"), input)$.pred, sep = "\\n")`;
  const answers = execFileSync('Rscript', ['-e', code], { encoding: 'utf8' }).trim().split('\n').map(Number);
  for (const [i, answer] of answers.entries()) expect(answer).toBeCloseTo(expected['.pred']![i] as number, 2);
});
