import type { Field } from '../app/model-schema.js';
import { type FaultCode, meantInstead } from './fault.js';

/**
 * One value for an R vector: a number, a boolean or a string. Factor levels are codes; dates and times are days and
 * seconds since 1970. null is NA.
 */
export type Cell = number | string | boolean | null;

/** Converts a JSON value to a cell; undefined if the value is not valid for the field. */
export type CellReader = (value: unknown) => Cell | undefined;

/** How jsonlite writes numbers that JSON does not have. */
const NON_FINITE = new Map([
  ['NaN', Number.NaN],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);
const MAX_INTEGER = 2 ** 31 - 1;
const DAY_MS = 86_400_000;
/** Levels or values that a message lists. */
const MAX_SHOWN_VALUES = 20;

/** The reader of a field. Created once, since it runs for every value of every request. */
export function cellReader(field: Field): CellReader {
  const read = plainReader(field);
  const nothing = field.nulls ? null : undefined;
  if (field.type === 'string' && field.levels === undefined) {
    return (value) => (typeof value === 'string' ? value : value === null ? nothing : undefined);
  }
  return (value) => {
    const cell = read(value);
    if (cell !== undefined) return cell;
    // R clients write NA like this. A level "NA" was already found above.
    return value === null || value === 'NA' ? nothing : undefined;
  };
}

function plainReader(field: Field): CellReader {
  switch (field.type) {
    case 'number':
      return numberReader(field);
    case 'integer':
      return (value) =>
        Number.isInteger(value) &&
        Math.abs(value as number) <= MAX_INTEGER &&
        isWithin(field, value as number)
          ? (value as number)
          : undefined;
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : undefined);
    case 'string': {
      const levels = new Set(field.levels);
      return (value) => (typeof value === 'string' && levels.has(value) ? value : undefined);
    }
    case 'factor': {
      const codes = new Map(field.levels?.map((level, index) => [level, index + 1]));
      // Clients may send levels such as "4" as numbers.
      return (value) =>
        typeof value === 'string' || typeof value === 'number' ? codes.get(String(value)) : undefined;
    }
    case 'date':
      return (value) => (typeof value === 'string' ? dayOf(value) : undefined);
    case 'datetime':
      return (value) => (typeof value === 'string' ? secondOf(value) : undefined);
  }
}

function numberReader(field: Field): CellReader {
  return (value) => {
    if (typeof value === 'number') return isWithin(field, value) ? value : undefined;
    if (typeof value !== 'string') return undefined;
    const number = NON_FINITE.get(value);
    if (number === undefined || !isWithin(field, number)) return undefined;
    return Number.isNaN(number) && !field.nulls ? undefined : number;
  };
}

/** NaN is within all bounds, since it is a kind of missing value. */
function isWithin({ min, max, values }: Field, value: number): boolean {
  if (min !== undefined && value < min) return false;
  if (max !== undefined && value > max) return false;
  return values === undefined || Number.isNaN(value) || values.includes(value);
}

/** Days since 1970 of `2026-01-31`. */
function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text ? undefined : time / DAY_MS;
}

/** Seconds since 1970 of `2026-01-31T10:00:00Z`. The default zone is UTC. */
function secondOf(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (match === null || dayOf(match[1]!) === undefined) return undefined;
  const zone = match[3] ?? 'Z';
  const time = Date.parse(
    `${match[1]}T${match[2]}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`,
  );
  return Number.isNaN(time) ? undefined : time / 1000;
}

/** Why a value is not valid, for a fault. */
export function complaint(field: Field, value: unknown): { code: FaultCode; message: string } {
  const { levels, nulls, type } = field;
  if (value === null || value === 'NA' || (value === 'NaN' && !nulls)) {
    return { code: 'null', message: 'must not be missing (null): the model needs a value' };
  }
  const textual = type === 'factor' || type === 'string';
  if (textual && levels !== undefined && (typeof value === 'string' || typeof value === 'number')) {
    const near = meantInstead(String(value), levels);
    return { code: 'level', message: `must be ${oneOf(levels)}, not ${shown(value)}${near}` };
  }
  if (type === 'number' || type === 'integer') {
    if (typeof value === 'number') return numberComplaint(field, value);
    return { code: 'type', message: `must be ${noun(field)}, not ${jsonType(value)}` };
  }
  const what = typeof value === 'string' ? shown(value) : jsonType(value);
  return { code: 'type', message: `must be ${noun(field)}, not ${what}` };
}

function numberComplaint(field: Field, value: number): { code: FaultCode; message: string } {
  const { min, max, type, values } = field;
  if (type === 'integer' && !Number.isInteger(value)) {
    return { code: 'type', message: `must be a whole number, not ${value}` };
  }
  if (values !== undefined && !values.includes(value)) {
    return { code: 'level', message: `must be ${oneOf(values.map(String), false)}, not ${value}` };
  }
  const bounds =
    min !== undefined && max !== undefined
      ? `from ${min} to ${max}`
      : min !== undefined
        ? `at least ${min}`
        : `at most ${max ?? MAX_INTEGER}`;
  return { code: 'range', message: `must be ${bounds}, not ${value}` };
}

/** The expected value of a field, in words. */
function noun({ levels, type }: Field): string {
  switch (type) {
    case 'number':
      return 'a number';
    case 'integer':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'date':
      return 'a date like "2026-01-31"';
    case 'datetime':
      return 'a time like "2026-01-31T10:00:00Z"';
    default:
      return levels === undefined ? 'a string' : oneOf(levels);
  }
}

function oneOf(values: readonly string[], quoted = true): string {
  const list = values.slice(0, MAX_SHOWN_VALUES).map((value) => (quoted ? shown(value) : value));
  return `one of ${list.join(', ')}${values.length > MAX_SHOWN_VALUES ? ` and ${values.length - MAX_SHOWN_VALUES} more` : ''}`;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value === null) return 'null';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? `the string ${shown(value)}` : `a ${typeof value}`;
}

function shown(value: string | number): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}
