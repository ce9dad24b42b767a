import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
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

test("vetiver's client can predict with the model, given a whole table with missing values", async () => {
  const { expected, input } = models.questions('vetiver')[0]!;
  const code = `
    input <- jsonlite::fromJSON(${JSON.stringify(JSON.stringify(rowsOf(input)))})
    input <- cbind(round(input["age"], 4), input[-1], rent = 900, row.names = paste("person", 1:5))
    input$rooms[2] <- NA
    cat(predict(vetiver::vetiver_endpoint("${wrapped.url}/predict"), input)$.pred, sep = "\\n")`;
  const answers = execFileSync('Rscript', ['-e', code], { encoding: 'utf8' }).trim().split('\n').map(Number);
  expect(answers[1]).toBeNaN();
  for (const [i, answer] of answers.entries())
    if (i !== 1) expect(answer).toBeCloseTo(expected['.pred']![i] as number, 2);
});

test("what vetiver's board holds is served too", async () => {
  const code = `
    model <- vetiver::vetiver_model(lm(mpg ~ wt, mtcars), "cars")
    board <- pins::board_folder("board")
    vetiver::vetiver_pin_write(board, model)
    cat(board$path, "\\n", pins::pin_versions(board, "cars")$version, sep = "")`;
  const lines = execFileSync('Rscript', ['-e', code], { encoding: 'utf8', cwd: models.folder }).split('\n');
  const pin = join(models.folder, 'board/cars', lines.at(-1)!.trim(), 'cars.rds');
  const pinned = await serve(pin, { workers: 1 });
  const response = await fetch(`${pinned.url}/predict`, { method: 'POST', body: '[{"wt": 2.6}]' });
  expect([response.status, await response.json()]).toEqual([200, [{ '.pred': expect.closeTo(23.39, 1) }]]);
  await pinned.stop();
});
