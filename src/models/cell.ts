import type { Field } from '../app/model-schema.js';
import { type FaultCode, meantInstead, type Remedy } from './fault.js';

/**
 * One value for an R vector: a number, a boolean or a string; the numbers of a row of a matrix. Factor levels are codes;
 * dates and times are days and seconds since 1970. null is NA.
 */
export type Cell = number | string | boolean | null | readonly (number | null)[];

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
  if (field.columns !== undefined) return matrixReader(field, field.columns);
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

/** A row of a matrix is an array of numbers; in a matrix of one column, also a number. */
function matrixReader(field: Field, columns: number): CellReader {
  const { columns: _, ...element } = field;
  const read = cellReader(element);
  return (value) => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (value === null && field.nulls) return new Array<null>(columns).fill(null);
    if (values.length !== columns) return undefined;
    const cells = values.map(read);
    return cells.includes(undefined) ? undefined : (cells as (number | null)[]);
  };
}

/** The texts of levels that are R's logicals. */
const logicalText = (value: boolean): string => (value ? 'TRUE' : 'FALSE');

function plainReader(field: Field): CellReader {
  switch (field.type) {
    case 'number':
      return numberReader(field);
    case 'integer':
      return (value) => {
        const number = field.values === undefined ? value : meantNumber(field.values, value);
        return Number.isInteger(number) &&
          Math.abs(number as number) <= MAX_INTEGER &&
          isWithin(field, number as number)
          ? (number as number)
          : undefined;
      };
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : undefined);
    case 'string': {
      const levels = new Set(field.levels);
      return (value) => {
        const text = typeof value === 'boolean' ? logicalText(value) : value;
        return typeof text === 'string' && levels.has(text) ? text : undefined;
      };
    }
    case 'factor': {
      const codes = new Map(field.levels?.map((level, index) => [level, index + 1]));
      // Clients may send levels such as "4" as numbers, and "TRUE" as true.
      return (value) => {
        if (typeof value === 'boolean') return codes.get(logicalText(value));
        return typeof value === 'string' || typeof value === 'number' ? codes.get(String(value)) : undefined;
      };
    }
    case 'date':
      return (value) => (typeof value === 'string' ? dayOf(value) : undefined);
    case 'datetime':
      return (value) => (typeof value === 'string' ? secondOf(value) : undefined);
  }
}

/** For factor(x) in a formula, a number and its text are the same. */
function meantNumber(values: readonly number[], value: unknown): unknown {
  return typeof value === 'string' ? (values.find((one) => String(one) === value) ?? value) : value;
}

function numberReader(field: Field): CellReader {
  return (given) => {
    const value = field.values === undefined ? given : meantNumber(field.values, given);
    if (typeof value === 'boolean' && field.logical)
      return isWithin(field, Number(value)) ? Number(value) : undefined;
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

interface Complaint {
  readonly code: FaultCode;
  readonly message: string;
  readonly remedy?: Remedy;
}

/** Why a value is not valid, for a fault. */
export function complaint(field: Field, value: unknown): Complaint {
  const { columns, levels, nulls, type } = field;
  if (columns !== undefined && value !== null) {
    const what = Array.isArray(value) ? `an array of ${value.length} values` : jsonType(value);
    const message = `must be an array of ${columns} number${columns === 1 ? '' : 's'}, a row of the matrix, not ${what}`;
    return { code: 'shape', message };
  }
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

function numberComplaint(field: Field, value: number): Complaint {
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
  const message = `must be ${bounds}, not ${value}`;
  return { code: 'range', message, ...((min ?? max) !== undefined && { remedy: 'range' }) };
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
