import { beforeAll, describe, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Columns, rowCount, rowsOf, slice, TrainedModels } from './make-models.js';

/** Sizes of requests, in turn: one row, some, and many. */
const sizes = [1, 7, 250, 1, 41];

async function ask(app: ServedApp, query: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${app.url}/predict${query === '' ? '' : `?${query}`}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  expect(answer, JSON.stringify(answer).slice(0, 500)).toBeInstanceOf(Array);
  return answer;
}

/** All rows of a question, in requests of several sizes and forms; gives the answer's rows. */
async function askAll(app: ServedApp, query: string, input: Columns): Promise<unknown[]> {
  const rows = rowCount(input);
  const answers: unknown[] = [];
  for (let from = 0, turn = 0; from < rows; turn++) {
    const to = Math.min(rows, from + sizes[turn % sizes.length]!);
    const forms = [rowsOf(input, from, to), slice(input, from, to)];
    const body = to - from === 1 ? rowsOf(input, from, to)[0] : forms[turn % 2];
    answers.push(...((await ask(app, query, body)) as unknown[]));
    from = to;
  }
  return answers;
}

/** Holds of each class that what `/predict` answers is what R says. */
export function predictsExactly(names: readonly string[]): void {
  const models = new TrainedModels();
  beforeAll(() => models.make(2000, names));

  describe.each(names)('%s', (name) => {
    test('2,000 rows give what predict() gives in R, to the last digit', async () => {
      const app = await serve(models.file(name), { workers: 1 });
      try {
        for (const { expected, input, query } of models.questions(name)) {
          const answers = await askAll(app, query, input);
          expect(answers, `?${query}`).toEqual(rowsOf(expected));
        }
      } finally {
        await app.stop();
      }
    });
  });
}
