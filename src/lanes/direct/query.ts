import { type RList, type RValue, rList, rString } from '../../rdata/index.js';

/** With more pieces, plumber groups repeated names in another way. */
const MAX_PIECES = 150;
const PRINTABLE = /^[\x20-\x7e]*$/;
const MALFORMED_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

const emptyArguments: RList = rList([]);

/**
 * Parses a query string or a form as plumber's `parseQS()` does: plus is a space, pieces without exactly one name and
 * one value are dropped, and repeated names become a vector. Undefined if only R can parse it (invalid escapes, names
 * that are not ASCII, text that is not UTF-8).
 */
export function parseQuery(text: string): RList | undefined {
  const query = text.startsWith('?') ? text.slice(1) : text;
  if (query === '') return emptyArguments;
  if (!PRINTABLE.test(query) || MALFORMED_ESCAPE.test(query)) return undefined;
  const values = new Map<string, string[]>();
  for (const piece of query.replaceAll('+', ' ').split('&')) {
    const parts = piece.split('=').filter((part) => part !== '');
    if (parts.length !== 2) continue;
    const name = decode(parts[0]!);
    const value = decode(parts[1]!);
    if (name === undefined || value === undefined || !PRINTABLE.test(name)) return undefined;
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else before.push(value);
  }
  if (values.size === 0) return emptyArguments;
  if (values.size > MAX_PIECES) return undefined;
  return rList(
    [...values.values()].map((each): RValue => rString(each)),
    [...values.keys()],
  );
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  if (text.includes('%00')) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // not UTF-8
  }
}
