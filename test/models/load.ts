import { expect } from 'vitest';

/** Sends `count` requests over `connections` connections at once, and returns the answers in order. */
async function askAtOnce<T>(
  count: number,
  connections: number,
  ask: (i: number) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = new Array(count);
  let next = 0;
  const clients = Array.from({ length: connections }, async () => {
    for (let i = next++; i < count; i = next++) answers[i] = await ask(i);
  });
  await Promise.all(clients);
  return answers;
}

/** The share of `count` answers that equal `wanted`. */
export async function shareOf<T>(wanted: T, count: number, ask: () => Promise<T>): Promise<number> {
  const answers = await askAtOnce(count, 64, ask);
  return answers.filter((one) => one === wanted).length / count;
}

/**
 * R code of a class whose predict() fails if a value is below zero, with the first such value in its message. The sleep
 * lets requests queue, however slow the client is.
 */
export const strict = `
predict.strict <- function(object, newdata, ...) {
  Sys.sleep(0.005)
  if (any(newdata$x < 0)) stop(newdata$x[newdata$x < 0][1], " is below zero")
  newdata$x * 2
}
`;

/**
 * Sends `count` concurrent requests to a strict model. 1 % of them are bad: half of these do not contain a number, the
 * others make predict() fail. Exactly those must fail, each with its own reason.
 */
export async function expectOnlyBadRowsFail(url: string, count: number): Promise<void> {
  const kind = (i: number): 'good' | 'malformed' | 'failing' => {
    if (i % 200 === 7) return 'malformed';
    return i % 200 === 107 ? 'failing' : 'good';
  };
  const x = (i: number): number | string => ({ good: i, malformed: `no-${i}`, failing: -i })[kind(i)];
  const answers = await askAtOnce(count, 256, async (i) => {
    const response = await fetch(`${url}/predict`, { method: 'POST', body: JSON.stringify({ x: x(i) }) });
    return { status: response.status, body: await response.text() };
  });
  const wrong = answers.flatMap(({ body, status }, i) => {
    const expected = {
      good: [200, `[{".pred":${2 * i}}]`],
      malformed: [422, `must be a number, not the string \\"no-${i}\\"`],
      failing: [500, `-${i} is below zero`],
    }[kind(i)] as [number, string];
    return status === expected[0] && body.includes(expected[1]) ? [] : [`${x(i)}: ${status} ${body}`];
  });
  expect(wrong).toEqual([]);
}
