/** Expands R's short forms of vectors (ALTREP, serialization version 3). State layouts: `src/main/altclasses.c`. */
import type { ItemReader } from './item-reader.js';
import { isNaReal, NA_INTEGER } from './na.js';
import { isPlainDecimal, numberText } from './number-text.js';
import type { RValue } from './value.js';

/** R 4.3 changed how numbers become text. */
const NEW_NUMBER_TEXT = 0x040300;

export function expandAltrep(reader: ItemReader, info: RValue, state: RValue): RValue {
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
        `vectors of the form '${name}' exist only in the R process that made them`,
      );
  }
}

/** The state holds length, first element and increment. */
function expandSequence(reader: ItemReader, state: RValue, integer: boolean): RValue {
  const [length, first, increment] = state.type === 'double' && state.values.length === 3 ? state.values : [];
  if (
    length === undefined ||
    first === undefined ||
    increment === undefined ||
    !Number.isInteger(length) ||
    length < 0 ||
    Math.abs(increment) !== 1
  ) {
    return reader.fail('malformed', 'a compact sequence without a valid length, start and step');
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

/** The state holds numbers that R has not converted to text yet, and the `scipen` for the conversion. */
function expandDeferredString(reader: ItemReader, state: RValue): RValue {
  const numbers = state.type === 'pairlist' ? state.items[0]?.value : undefined;
  if (numbers?.type === 'integer') {
    reader.charge(8 * numbers.values.length);
    const values = Array.from(numbers.values, (x) => (x === NA_INTEGER ? null : String(x)));
    return { type: 'character', values, attributes: undefined };
  }
  if (numbers?.type !== 'double')
    return reader.fail('malformed', 'a deferred character vector without numbers');
  reader.charge(8 * numbers.values.length);
  const scipen =
    state.type === 'pairlist' && state.tail?.type === 'integer' ? (state.tail.values[0] ?? 0) : 0;
  const values = Array.from(numbers.values, (x, i) => {
    if (isNaReal(numbers.values, i)) return null;
    const text = numberText(x, scipen);
    if (reader.writerVersion >= NEW_NUMBER_TEXT && !isPlainDecimal(text)) {
      reader.fail('unsupported', 'a deferred character vector has numbers that only R can convert');
    }
    return text;
  });
  return { type: 'character', values, attributes: undefined };
}

function unwrap(reader: ItemReader, state: RValue): RValue {
  const inner =
    state.type === 'list' ? state.values[0] : state.type === 'pairlist' ? state.items[0]?.value : undefined;
  return inner ?? reader.fail('malformed', 'an empty wrapped vector');
}
