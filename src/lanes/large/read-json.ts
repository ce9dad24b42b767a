import { outlineOf } from '../../json/index.js';
import { bufferOf, type NotRead, type Read, type ReadJob, type Slice } from './job.js';

/** Values in a slice. Taking over so many takes about a millisecond. */
const SLICE_VALUES = 10_000;
/** Longer arrays are sliced. They are looked for down to this depth. */
const SLICED_LENGTH = 64;
const MAX_DEPTH = 4;

type Path = (string | number)[];

/** Parses a text, in a thread. Yields the elements of its long arrays in slices. */
export function* readJson({ body, limits }: ReadJob): Generator<Slice, Read | NotRead> {
  const values = outlineOf(body, limits);
  if (typeof values === 'string') return { kind: 'too-complex', reason: values };
  let value: unknown;
  try {
    value = JSON.parse(bufferOf(body).toString('utf8'));
  } catch (error) {
    return { kind: 'invalid', reason: (error as Error).message };
  }
  const arrays = longArrays(value, []);
  for (const [index, { items }] of arrays.entries()) {
    const length = Math.max(1, Math.floor((SLICE_VALUES * items.length) / values));
    for (let from = 0; from < items.length; from += length) {
      yield { kind: 'slice', array: index, items: items.slice(from, from + length) };
    }
  }
  for (const { items } of arrays) items.length = 0;
  return { kind: 'read', value, arrays: arrays.map(({ path }) => path) };
}

function longArrays(part: unknown, path: Path): { path: Path; items: unknown[] }[] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part) && part.length > SLICED_LENGTH) return [{ path, items: part }];
  if (path.length === MAX_DEPTH) return [];
  return Object.entries(part).flatMap(([name, member]) =>
    name === '__proto__' ? [] : longArrays(member, [...path, name]),
  );
}

/** Puts the slices back into the value. */
export function fill({ arrays, value }: Read, slices: readonly Slice[]): void {
  const targets = arrays.map((path) =>
    path.reduce((part, name) => (part as Record<string | number, unknown>)[name], value),
  ) as unknown[][];
  for (const { array, items } of slices) targets[array]!.push(...items);
}
