import { getAttribute } from '../../rdata/attribute.js';
import type { RValue } from '../../rdata/value.js';
import { covered, NotCovered } from '../not-covered.js';
import { dispatch } from './dispatch.js';
import { writeVector } from './layout.js';
import type { JsonPrintOptions } from './options.js';
import { JsonSink } from './sink.js';
import { vectorCells } from './vector.js';

/** Kinds of vectors whose elements do not affect each other. */
const ELEMENTWISE = new Set(['atomic', 'factor', 'Date']);

/**
 * Prints consecutive parts of a vector, of the given sizes, like `printJsonWith()` prints the slices. Faster, since it
 * escapes levels once and creates no slices. Undefined for values that need more than that.
 */
export function printParts(
  value: RValue,
  sizes: readonly number[],
  options: JsonPrintOptions,
): Buffer[] | undefined {
  if (!('attributes' in value) || options.pretty || options.keepVecNames) return undefined;
  const sink = new JsonSink();
  const ends = covered(() => {
    const { asIs, method, scalar } = dispatch(value);
    if (scalar || !ELEMENTWISE.has(method) || getAttribute(value, 'dim') !== undefined) return undefined;
    const cells = vectorCells(sink, value, method, options.na, options);
    const written: number[] = [];
    const part = { length: 0, omitted: () => false, write: (i: number) => cells.write(from + i) };
    let from = 0;
    for (const size of sizes) {
      part.length = size;
      writeVector(sink, part, options.autoUnbox && !(asIs && size === 1), false);
      from += size;
      written.push(sink.length);
    }
    return written;
  });
  if (ends === undefined || ends instanceof NotCovered) {
    sink.release();
    return undefined;
  }
  const text = sink.finish();
  let start = 0;
  return ends.map((end) => {
    const part = text.subarray(start, end);
    start = end;
    return part;
  });
}
