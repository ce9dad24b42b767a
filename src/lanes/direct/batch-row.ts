import { isUtf8 } from 'node:buffer';
import type { Scalar, Table } from './batch-shape.js';

/** Larger bodies are not read here. */
const MAX_BODY_BYTES = 8 * 1024;
/** What JSON.parse() reads unlike jsonlite: whole numbers with a point or an exponent, long numbers, escapes, dates. */
const UNUSUAL = /[\\$]|\d\.0+(?!\d)|\d[eE]|\d{15}/;
const MAX_R_INTEGER = 2 ** 31 - 1;

/**
 * Reads one item as jsonlite would, from a JSON object of scalars, or from an object whose only member `argument` is
 * such an object. Undefined if the result might differ from jsonlite's.
 */
export function readRow(bytes: Buffer, argument: string | undefined): Table | undefined {
  if (bytes.length > MAX_BODY_BYTES || !isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  if (UNUSUAL.test(text)) return undefined;
  const parsed = parse(text);
  if (!isObject(parsed)) return undefined;
  let quotes = 0;
  let item = parsed;
  if (argument !== undefined && Object.hasOwn(parsed, argument)) {
    const inner = parsed[argument];
    if (!isObject(inner) || Object.keys(parsed).length !== 1) return undefined;
    item = inner;
    quotes = 2;
  }
  const names = Object.keys(item);
  if (names.length === 0) return undefined;
  const types: Table['types'][number][] = [];
  const row: Scalar[] = [];
  for (const name of names) {
    const value = item[name];
    const type = typeOf(value);
    if (type === undefined || name === '') return undefined;
    types.push(type);
    row.push(value as Scalar);
    quotes += type === 'character' ? 4 : 2;
  }
  // A higher count means that a name occurs twice. JavaScript changes the order of numeric names.
  if (countQuotes(text) !== quotes || names.some(startsWithDigit)) return undefined;
  return { names, types, row, items: 1 };
}

function startsWithDigit(name: string): boolean {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): Table['types'][number] | undefined {
  switch (typeof value) {
    case 'string':
      return 'character';
    case 'boolean':
      return 'logical';
    case 'number':
      if (!Number.isInteger(value)) return 'double';
      return Math.abs(value) <= MAX_R_INTEGER && !Object.is(value, -0) ? 'integer' : undefined;
    default:
      return undefined;
  }
}

function countQuotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count += 1;
  return count;
}
