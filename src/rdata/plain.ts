import { namesOf } from './attribute.js';
import { isNaReal, NA_INTEGER } from './na.js';
import { RDataError } from './rdata-error.js';
import type { RAtomic, RValue } from './value.js';

/**
 * Converts an R value to ordinary JavaScript. This is for Penstock's own messages; jsonlite's rules are in `src/json`.
 *
 * Atomic vectors of length one become scalars, other vectors arrays, lists with names objects, NA and NULL `null`, raw
 * vectors a `Buffer`, factors their labels. Functions, environments and the like throw `RDataError`.
 */
export function toPlain(value: RValue): unknown {
  switch (value.type) {
    case 'NULL':
      return null;
    case 'raw':
      return Buffer.from(value.values.buffer, value.values.byteOffset, value.values.byteLength);
    case 'logical':
    case 'integer':
    case 'double':
    case 'complex':
    case 'character': {
      const elements = plainElements(value);
      return elements.length === 1 ? elements[0] : elements;
    }
    case 'list':
    case 'expression': {
      const elements = value.values.map(toPlain);
      const names = namesOf(value);
      return names === undefined ? elements : plainObject(names, elements);
    }
    case 'pairlist':
      return plainObject(
        value.items.map((item) => item.tag?.name ?? ''),
        value.items.map((item) => toPlain(item.value)),
      );
    case 'symbol':
      return value.name;
    default:
      throw new RDataError('unsupported', `a value of type ${value.type} cannot be converted`);
  }
}

function plainElements(value: RAtomic): unknown[] {
  switch (value.type) {
    case 'logical':
      return Array.from(value.values, (x) => (x === NA_INTEGER ? null : x !== 0));
    case 'integer': {
      const levels = value.attributes?.find((a) => a.name === 'levels')?.value;
      if (levels?.type === 'character') return Array.from(value.values, (x) => levels.values[x - 1] ?? null);
      return Array.from(value.values, (x) => (x === NA_INTEGER ? null : x));
    }
    case 'double':
      return Array.from(value.values, (x, i) => (isNaReal(value.values, i) ? null : x));
    case 'complex':
      return Array.from({ length: value.values.length / 2 }, (_, i) => ({
        re: value.values[2 * i],
        im: value.values[2 * i + 1],
      }));
    case 'character':
      return value.values.slice();
    case 'raw':
      return Array.from(value.values);
  }
}

/** The key of an unnamed element is its position, counted from 1 as in R. */
function plainObject(names: readonly (string | null)[], elements: unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [i, element] of elements.entries()) {
    // Assigning would give a name such as `__proto__` its special meaning.
    Object.defineProperty(object, names[i] || String(i + 1), {
      value: element,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return object;
}
