import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';
import { type Columns, rowCount, rowsOf, slice, TrainedModels } from './make-models.js';

/** Number of rows to predict with each model. */
const rows = sized(600, 2000);
/** Rows that each model predicts one by one before requests come at once. */
const TRIAL_ROWS = 40;
/** Rows in each request, in turn. */
const sizes = [1, 7, 250, 1, 41];

/** All rows, as request bodies of several sizes and shapes. */
function bodiesOf(input: Columns): unknown[] {
  const count = rowCount(input);
  const bodies: unknown[] = [];
  for (let from = 0, turn = 0; from < count; turn++) {
    const to = Math.min(count, from + sizes[turn % sizes.length]!);
    const forms = [rowsOf(input, from, to), slice(input, from, to)];
    bodies.push(to - from === 1 ? rowsOf(input, from, to)[0] : forms[turn % 2]);
    from = to;
  }
  return bodies;
}

async function ask(url: string, body: unknown): Promise<unknown[]> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.json();
  expect(answer, JSON.stringify(answer).slice(0, 500)).toBeInstanceOf(Array);
  return answer as unknown[];
}

/** The rows in one of the shapes that clients send: with row names and other columns, in an object, by column, one by one. */
async function askShaped(url: string, input: Columns, shape: number): Promise<unknown[]> {
  const rows = rowsOf(input).map((row, i) => ({ ...row, _row: `row ${i}`, other: i }));
  switch (shape % 4) {
    case 0:
      return ask(url, rows);
    case 1:
      return ask(url, { instances: rowsOf(input) });
    case 2:
      return ask(url, { data: input });
    default:
      return (await Promise.all(rows.map((row) => ask(url, row)))).flat();
  }
}

/**
 * Tests for each model class, and for models with generated formulas, that `/predict` returns what predict() returns in R.
 */
export function predictsExactly(names: readonly string[], generated: { seed: number; count: number }): void {
  const models = new TrainedModels();
  const folder = mkdtempSync(join(tmpdir(), 'penstock-exact-'));
  let app: ServedApp;
  let formulas: string[] = [];
  beforeAll(async () => {
    await models.make(rows, names);
    if (generated.count > 0) {
      const made = await models.generate(generated.seed, generated.count);
      formulas = made.names;
      writeFileSync(join(folder, 'penstock.yaml'), `models: ${made.section}\n`);
    }
    symlinkSync(models.folder, join(folder, 'models'));
    app = await serve(folder, { workers: 1 });
  });
  afterAll(async () => {
    await app?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.runIf(generated.count > 0)(
    `${generated.count} generated models with seed ${generated.seed} predict as predict() does in R`,
    async () => {
      const wrong: string[] = [];
      for (const [i, name] of formulas.entries()) {
        const { expected, input } = models.questions(name)[0]!;
        try {
          expect(await askShaped(`${app.url}/models/${name}/predict`, input, i)).toEqual(rowsOf(expected));
        } catch (error) {
          wrong.push(`${name}: ${(error as Error).message.slice(0, 600)}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  test.each(names)(`%s: predicts ${rows} rows as predict() does in R, to the last digit`, async (name) => {
    for (const { expected, input, query } of models.questions(name)) {
      const url = `${app.url}/models/${name}/predict${query === '' ? '' : `?${query}`}`;
      const bodies = bodiesOf(input);
      const singly: unknown[][] = [];
      for (const body of bodies) singly.push(await ask(url, body));
      expect(singly.flat(), `?${query}`).toEqual(rowsOf(expected));
      // Enough for the trials after which the model is batched.
      for (let i = 0; i < TRIAL_ROWS; i++) await ask(url, rowsOf(input, i, i + 1)[0]);
      const together = await Promise.all(bodies.map((body) => ask(url, body)));
      expect(together.flat(), `?${query}, all at once`).toEqual(rowsOf(expected));
    }
  });

  test.runIf(names.length > 0)('computes concurrent requests together', async () => {
    const metrics = await (await fetch(`${app.adminUrl}/metrics`)).text();
    const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)![1]);
    const [requests, batches] = [read('penstock_batch_requests_sum'), read('penstock_batch_requests_count')];
    expect(requests).toBeGreaterThan(batches * 2);
  });
}
