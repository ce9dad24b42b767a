import { isUtf8 } from 'node:buffer';
import type { RValue } from '../../rdata/value.js';
import { covered, type NotCovered, notCovered } from '../not-covered.js';
import { JsonBytesReader } from './bytes-reader.js';
import { UNFIT } from './column.js';
import { JsonReader } from './reader.js';
import { type SimplifyOptions, simplifyJson } from './simplify.js';

/** The supported arguments of `jsonlite::parse_json()`, with plumber's defaults. */
export interface JsonParseOptions {
  readonly simplifyVector?: boolean;
  readonly simplifyDataFrame?: boolean;
  readonly simplifyMatrix?: boolean;
  /** R's option `scipen`, which affects how numbers among strings are written. */
  readonly scipen?: number;
  /** The version of R, such as `[4, 2]`. R 4.3 changed how numbers become text. */
  readonly rVersion?: readonly [major: number, minor: number];
}

const BOM = 0xfeff;

/**
 * The value that `jsonlite::parse_json(text, simplifyVector = TRUE)` returns in R. `NotCovered` if that is not certain
 * or R would fail: ask R then.
 */
export function parseJson(json: Uint8Array | string, options: JsonParseOptions = {}): RValue | NotCovered {
  return covered(() => {
    const text = textOf(json);
    const node = new JsonReader(text.charCodeAt(0) === BOM ? text.slice(1) : text).read();
    return simplifyJson(node, simplifyOptions(options));
  });
}

/** The same for large texts, in a fraction of the memory. Always simplifies, and does not cover MongoDB's dates. */
export function parseLargeJson(
  json: Uint8Array,
  options: Pick<JsonParseOptions, 'scipen' | 'rVersion'>,
): RValue | NotCovered {
  return covered(() => {
    const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
    if (!isUtf8(bytes)) notCovered('not UTF-8');
    if (bytes.includes('$date')) notCovered('dates');
    const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    try {
      return simplifyJson(new JsonBytesReader(bytes, start).read(), simplifyOptions(options));
    } catch (error) {
      if (error === UNFIT) notCovered('not valid JSON');
      throw error;
    }
  });
}

function textOf(json: Uint8Array | string): string {
  if (typeof json !== 'string') {
    if (!isUtf8(json)) notCovered('not UTF-8');
    return Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8');
  }
  if (/\p{Surrogate}/u.test(json)) notCovered('a lone surrogate');
  return json;
}

function simplifyOptions(options: JsonParseOptions): SimplifyOptions {
  const { simplifyVector = true, scipen = 0, rVersion = [4, 2] } = options;
  const [major, minor] = rVersion;
  return {
    vector: simplifyVector,
    dataFrame: options.simplifyDataFrame ?? simplifyVector,
    matrix: options.simplifyMatrix ?? simplifyVector,
    scipen,
    newNumberText: major > 4 || (major === 4 && minor >= 3),
  };
}
