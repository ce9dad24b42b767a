/**
 * R's short forms of vectors (ALTREP, serialization version 3), expanded to the vectors that they stand for.
 * State layouts: `src/main/altclasses.c`.
 */
import { isNaReal, NA_INTEGER } from './na.js';
import { isPlainDecimal, numberText } from './number-text.js';
import type { RValue } from './value.js';
import type { ValueReader } from './value-reader.js';

/** Since R 4.3 numbers become text by other rules. */
const NEW_NUMBER_TEXT = 0x040300;

export function expandAltrep(reader: ValueReader, info: RValue, state: RValue): RValue {
  const head = info.type === 'pairlist' ? info.items[0]?.value : undefined;
  const name = head?.type === 'symbol' ? head.name : '';
  switch (name) {
    case 'compact_intseq':
    case 'compact_realseq':
      return expandSequence(reader, state, name === 'compact_intseq');
    case 'deferred_string':
      return expandDeferredString(reader, state);
    case 'wrap_logical':
    case 'wrap_integer':
    case 'wrap_real':
    case 'wrap_complex':
    case 'wrap_raw':
    case 'wrap_string':
    case 'wrap_list':
      return unwrap(reader, state);
    default:
      return reader.fail(
        'unsupported',
        `the vector form '${name}' only has a meaning in the R process that made it`,
      );
  }
}

/** Length, first element and increment. */
function expandSequence(reader: ValueReader, state: RValue, integer: boolean): RValue {
  const [length, first, increment] = state.type === 'double' && state.values.length === 3 ? state.values : [];
  if (
    length === undefined ||
    first === undefined ||
    increment === undefined ||
    !Number.isInteger(length) ||
    length < 0 ||
    Math.abs(increment) !== 1
  ) {
    return reader.fail('malformed', 'a compact sequence has no valid length, start and step');
  }
  reader.charge(length);
  if (integer) {
    const values = new Int32Array(length);
    for (let i = 0; i < length; i++) values[i] = first + i * increment;
    return { type: 'integer', values, attributes: undefined };
  }
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = first + i * increment;
  return { type: 'double', values, attributes: undefined };
}

/** A number vector that has not been converted to text yet, and the `scipen` it is to be converted with. */
function expandDeferredString(reader: ValueReader, state: RValue): RValue {
  const numbers = state.type === 'pairlist' ? state.items[0]?.value : undefined;
  if (numbers?.type === 'integer') {
    reader.charge(8 * numbers.values.length);
    const values = Array.from(numbers.values, (x) => (x === NA_INTEGER ? null : String(x)));
    return { type: 'character', values, attributes: undefined };
  }
  if (numbers?.type !== 'double')
    return reader.fail('malformed', 'a deferred character vector has no numbers');
  reader.charge(8 * numbers.values.length);
  const scipen =
    state.type === 'pairlist' && state.tail?.type === 'integer' ? (state.tail.values[0] ?? 0) : 0;
  const values = Array.from(numbers.values, (x, i) => {
    if (isNaReal(numbers.values, i)) return null;
    const text = numberText(x, scipen);
    if (reader.writerVersion >= NEW_NUMBER_TEXT && !isPlainDecimal(text)) {
      reader.fail('unsupported', 'a character vector is stored as numbers that only R can convert');
    }
    return text;
  });
  return { type: 'character', values, attributes: undefined };
}

function unwrap(reader: ValueReader, state: RValue): RValue {
  const inner =
    state.type === 'list' ? state.values[0] : state.type === 'pairlist' ? state.items[0]?.value : undefined;
  return inner ?? reader.fail('malformed', 'a wrapped vector has nothing inside');
}
