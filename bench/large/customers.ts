import type { Question } from '../question.js';

/** The number of rows in the app. */
const COUNT = 100_000;
const cities = ['Berlin', 'Paris', 'Roma', null];
const truths = [true, false, null];

/** One row of the app's data frame. `null` is NA. */
function customer(id: number): Record<string, unknown> {
  return {
    id,
    price: (id % 10_000) / 16,
    ratio: id / 7,
    name: `customer-${id}`,
    city: cities[id % 4],
    active: truths[id % 3],
    score: id % 11 === 0 ? null : id % 100,
  };
}

const customers = (): Record<string, unknown>[] => Array.from({ length: COUNT }, (_, i) => customer(i + 1));

/** Posts all rows, which the app counts. */
export function largeBody(): Question {
  return {
    method: 'POST',
    path: '/count',
    body: JSON.stringify({ data: customers() }),
    answer: `[${COUNT}]`,
  };
}

/** Uses jsonlite's defaults: at most four decimals, and no member for a missing value. */
export function largeAnswer(): Question {
  const answer = JSON.stringify(customers(), (_, value: unknown) => {
    if (value === null) return undefined;
    return typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value;
  });
  return { method: 'GET', path: '/customers', answer };
}
