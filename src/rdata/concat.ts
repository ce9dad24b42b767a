import type { RCharacter, RDouble, RInteger, RLogical } from './value.js';

/** A vector without attributes, of a kind that arguments come as. */
export type PlainVector = RLogical | RInteger | RDouble | RCharacter;

/** The elements of vectors of one type, in order, as one vector. */
export function concat(vectors: readonly PlainVector[]): PlainVector {
  const first = vectors[0]!;
  const length = vectors.reduce((sum, { values }) => sum + values.length, 0);
  if (first.type === 'character') {
    const marks = new Map<
      number,
      NonNullable<RCharacter['marks']> extends Map<number, infer M> ? M : never
    >();
    const values: (string | null)[] = [];
    for (const vector of vectors as readonly RCharacter[]) {
      for (const [i, mark] of vector.marks ?? []) marks.set(values.length + i, mark);
      for (const text of vector.values) values.push(text);
    }
    return { type: 'character', values, attributes: undefined, ...(marks.size > 0 && { marks }) };
  }
  const values = first.type === 'double' ? new Float64Array(length) : new Int32Array(length);
  let at = 0;
  for (const vector of vectors as readonly (RDouble | RInteger)[]) {
    values.set(vector.values, at);
    at += vector.values.length;
  }
  return { type: first.type, values, attributes: undefined } as PlainVector;
}
