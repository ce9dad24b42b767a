import { type JsonParseOptions, NotCovered, parseJson } from '../../json/index.js';
import { LARGE_BYTES } from '../../protocol/shared-bytes.js';
import { type RValue, rNull } from '../../rdata/index.js';
import { parseQuery } from './query.js';

/**
 * How a body is sent to R: not at all, as the value that plumber's parser would return, or unparsed (`raw`). `large` is
 * JSON that a thread must parse first.
 */
export interface DirectBody {
  readonly form: '' | 'parsed' | 'raw' | 'large';
  readonly value: RValue;
}

const none: DirectBody = { form: '', value: rNull };
const unparsed: DirectBody = { form: 'raw', value: rNull };
const large: DirectBody = { form: 'large', value: rNull };

const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/**
 * Parses JSON and forms as plumber's default parsers would. R parses all other bodies.
 *
 * @param type the Content-Type header, unchanged
 */
export function directBody(
  body: Buffer | undefined,
  type: string | undefined,
  options: JsonParseOptions,
): DirectBody {
  if (body === undefined || body.length === 0) return none;
  switch (parserFor(type, body[0]!)) {
    case 'json': {
      if (body.length >= LARGE_BYTES) return large;
      // jsonlite turns these into times, in ways that depend on the values around them.
      if (body.includes('$date')) return unparsed;
      const value = parseJson(body, options);
      return value instanceof NotCovered ? unparsed : { form: 'parsed', value };
    }
    case 'form': {
      if (body.length >= LARGE_BYTES) return unparsed;
      const value = parseQuery(body.toString('latin1'));
      return value === undefined ? unparsed : { form: 'parsed', value };
    }
    default:
      return unparsed;
  }
}

/** Whether plumber would parse the body as JSON. */
export function isJsonBody(body: Buffer, type: string | undefined): boolean {
  return body.length > 0 && parserFor(type, body[0]!) === 'json';
}

/** As plumber's `parser_picker()`: by type, or by the first byte if there is no type. */
function parserFor(type: string | undefined, firstByte: number): 'json' | 'form' | undefined {
  if (type === undefined) return firstByte === OPEN_BRACE || firstByte === OPEN_BRACKET ? 'json' : 'form';
  const [, name, parameters] = /^([^;]*)(;.*)?$/s.exec(type.toLowerCase())!;
  if (parameters !== undefined && !/^;\s*charset=utf-8$/.test(parameters)) return undefined;
  if (name === 'application/json' || name === 'text/json') return 'json';
  return name === 'application/x-www-form-urlencoded' ? 'form' : undefined;
}
