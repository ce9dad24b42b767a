import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LogEntry, type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';
import { expectOnlyBadRowsFail, strict } from './load.js';
import { type Json, rowsOf, TrainedModels } from './make-models.js';

/** A predict method that fails for 13, and one whose results depend on all rows. The sleep lets requests queue. */
const profile = `
predict.picky <- function(object, newdata, ...) {
  Sys.sleep(0.02)
  if (any(newdata$x == 13)) stop("13 is unlucky")
  newdata$x * 2
}
predict.centred <- function(object, newdata, ...) {
  Sys.sleep(0.02)
  newdata$x - mean(newdata$x)
}
`;
const code = `
for (name in c("picky", "strict", "centred")) {
  dir.create(file.path("models", name))
  saveRDS(structure(list(), class = name), file.path("models", name, "1.rds"))
}`;
const configuration = `models:
  picky: {fields: {x: number}}
  strict: {fields: {x: number}}
  centred: {fields: {x: number}}
`;

const STRICT_MODEL_REQUESTS = sized(600, 2000);
const folder = mkdtempSync(join(tmpdir(), 'penstock-batched-'));
const trained = new TrainedModels();
let app: ServedApp;

beforeAll(async () => {
  mkdirSync(join(folder, 'models/lm'), { recursive: true });
  execFileSync('Rscript', ['--vanilla', '-e', code], { cwd: folder });
  await trained.make(300, ['lm']);
  copyFileSync(trained.file('lm'), join(folder, 'models/lm/1.rds'));
  writeFileSync(join(folder, '.Rprofile'), profile + strict);
  writeFileSync(join(folder, 'penstock.yaml'), configuration);
  app = await serve(folder, { workers: 1, flags: ['--queue-limit', '1000'] });
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Waits until the log has `count` requests that a model has answered together with others. */
const batched = (model: string, count: number): Promise<LogEntry> =>
  app.logged(
    'request',
    ({ batch, path }) => Number(batch) > 1 && String(path).startsWith(`/models/${model}/`),
    { skip: count - 1 },
  );

async function ask(model: string, body: unknown, query = ''): Promise<{ status: number; body: Json }> {
  const url = `${app.url}/models/${model}/predict${query}`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test('300 concurrent requests get what each would get alone, to the last digit', async () => {
  const [whole, holes, confidence] = trained.questions('lm');
  const cases = [whole!, holes!, confidence!].flatMap(({ expected, input, query }) =>
    rowsOf(expected).map((answer, i) => ({
      answer,
      row: rowsOf(input, i, i + 1)[0],
      query: query && `?${query}`,
    })),
  );
  const answers = await Promise.all(cases.map(({ query, row }) => ask('lm', row, query)));
  expect(answers.map(({ body }) => body)).toEqual(cases.map(({ answer }) => [answer]));
  await batched('lm', 100);
});

test('a row that makes predict() fail affects only its own request', async () => {
  const asked = Array.from({ length: 40 }, (_, i) => i);
  const answers = await Promise.all(asked.map((x) => ask('picky', { x })));
  const expected = asked.map((x) => (x === 13 ? 500 : 200));
  expect(answers.map(({ status }) => status)).toEqual(expected);
  expect(answers[13]!.body.message).toContain('13 is unlucky');
  expect(answers[20]!.body).toEqual([{ '.pred': 40 }]);
});

test(`exactly the bad 1 % of ${STRICT_MODEL_REQUESTS} concurrent requests fail, each with its own reason`, async () => {
  // Penstock has to trust the model before it batches requests.
  await Promise.all(Array.from({ length: 100 }, (_, x) => ask('strict', { x })));
  await batched('strict', 1);
  await expectOnlyBadRowsFail(`${app.url}/models/strict`, STRICT_MODEL_REQUESTS);
});

test('detects and logs a model whose rows depend on each other, and stops batching it', async () => {
  await Promise.all(Array.from({ length: 60 }, (_, x) => ask('centred', { x })));
  await app.logged('not-batched');
  const answers = await Promise.all(Array.from({ length: 20 }, (_, x) => ask('centred', { x })));
  expect(answers.map(({ body }) => body[0]['.pred'])).toEqual(answers.map(() => 0));
});
