import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  POINT,
  QUOTE,
  ZERO,
} from '../characters.js';
import { notCovered } from '../not-covered.js';
import { JsonDouble, type JsonNode, JsonObject } from './node.js';

/** R's own recursion fails somewhere in the hundreds of levels. R itself decides where exactly. */
export const MAX_DEPTH = 150;

/** R's largest integer. */
export const MAX_INTEGER = 2147483647;
/** Around 2^63, jsonlite's parser overflows in ways that are not reproduced here. */
const NEAR_OVERFLOW = 9.2233720368e18;
const OVER_OVERFLOW = 9.2233720369e18;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads strict JSON, like yajl in jsonlite. Not covered are comments, which yajl accepts; lone surrogates and `\u0000`,
 * for which yajl returns bytes that are not text; and invalid JSON, since R writes the error message.
 */
export class JsonReader {
  private position = 0;

  /** @param depth at which the text is nested in a larger one */
  constructor(
    private readonly text: string,
    private depth = 0,
  ) {}

  read(): JsonNode {
    const value = this.value(undefined);
    this.skipSpace();
    if (this.position < this.text.length) notCovered('more after the JSON value');
    return value;
  }

  private value(previous: JsonNode | undefined): JsonNode {
    const code = this.skipSpace();
    switch (code) {
      case QUOTE:
        return this.string();
      case OPEN_BRACE:
        return this.object(previous instanceof JsonObject ? previous : undefined);
      case OPEN_BRACKET:
        return this.array();
      case 116:
        return this.word('true', true);
      case 102:
        return this.word('false', false);
      case 110:
        return this.word('null', null);
      default:
        return this.number(code);
    }
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.position)) this.invalid();
    this.position += word.length;
    return value;
  }

  private array(): JsonNode[] {
    this.enter();
    const values: JsonNode[] = [];
    this.position++;
    if (this.skipSpace() === CLOSE_BRACKET) {
      this.position++;
      this.depth--;
      return values;
    }
    let previous: JsonNode | undefined;
    for (;;) {
      previous = this.value(previous);
      values.push(previous);
      const code = this.skipSpace();
      this.position++;
      if (code === COMMA) continue;
      if (code !== CLOSE_BRACKET) this.invalid();
      this.depth--;
      return values;
    }
  }

  /** Most arrays of objects repeat the same keys, so the keys of the previous object are tried first. */
  private object(previous: JsonObject | undefined): JsonObject {
    this.enter();
    let keys: string[] | undefined;
    const expected = previous?.keys;
    const values: JsonNode[] = [];
    this.position++;
    if (this.skipSpace() === CLOSE_BRACE) {
      this.position++;
      this.depth--;
      return new JsonObject([], values);
    }
    for (;;) {
      if (this.skipSpace() !== QUOTE) this.invalid();
      const guess = keys === undefined ? expected?.[values.length] : undefined;
      if (guess !== undefined && this.startsWithKey(guess)) this.position += guess.length + 2;
      else {
        keys ??= expected ? expected.slice(0, values.length) : [];
        keys.push(this.string());
      }
      if (this.skipSpace() !== COLON) this.invalid();
      this.position++;
      values.push(this.value(previous?.values[values.length]));
      const code = this.skipSpace();
      this.position++;
      if (code === COMMA) continue;
      if (code !== CLOSE_BRACE) this.invalid();
      this.depth--;
      return new JsonObject(keys ?? sameOrPrefix(expected as readonly string[], values.length), values);
    }
  }

  private startsWithKey(key: string): boolean {
    const { text, position } = this;
    const end = position + key.length + 1;
    if (text.charCodeAt(end) !== QUOTE) return false;
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i);
      // In the text, a key with a quote or a backslash is escaped.
      if (code !== text.charCodeAt(position + 1 + i) || code === BACKSLASH || code === QUOTE) return false;
    }
    return true;
  }

  private string(): string {
    const { text } = this;
    const start = this.position + 1;
    let end = start;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code === QUOTE) {
        this.position = end + 1;
        return text.slice(start, end);
      }
      if (code === BACKSLASH) return this.escapedString(start, end);
      // Also fails for NaN, past the end.
      if (!(code >= 32)) this.invalid();
      end++;
    }
  }

  private escapedString(start: number, firstEscape: number): string {
    const { text } = this;
    let result = text.slice(start, firstEscape);
    let at = firstEscape;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.position = at + 1;
        return result;
      }
      if (code === BACKSLASH) {
        const escaped = text[at + 1] ?? '';
        if (escaped === 'u') {
          const [character, length] = this.unicode(at);
          result += character;
          at += length;
        } else {
          result += ESCAPES[escaped] ?? this.invalid();
          at += 2;
        }
        continue;
      }
      if (!(code >= 32)) this.invalid();
      let next = at + 1;
      for (let c = text.charCodeAt(next); c >= 32 && c !== QUOTE && c !== BACKSLASH; )
        c = text.charCodeAt(++next);
      result += text.slice(at, next);
      at = next;
    }
  }

  private unicode(at: number): [character: string, length: number] {
    const code = this.hex(at);
    if (code === 0) notCovered('the character \\u0000');
    if (code >= 0xdc00 && code <= 0xdfff) notCovered('a lone surrogate');
    if (code < 0xd800 || code > 0xdbff) return [String.fromCharCode(code), 6];
    if (!this.text.startsWith('\\u', at + 6)) notCovered('a lone surrogate');
    const low = this.hex(at + 6);
    if (low < 0xdc00 || low > 0xdfff) notCovered('a lone surrogate');
    return [String.fromCharCode(code, low), 12];
  }

  private hex(at: number): number {
    const digits = this.text.slice(at + 2, at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.invalid();
    return Number.parseInt(digits, 16);
  }

  private number(first: number): number | JsonDouble {
    const { text } = this;
    const start = this.position;
    let at = first === MINUS ? start + 1 : start;
    let code = text.charCodeAt(at);
    let value = 0;
    const digitsStart = at;
    if (!(code >= ZERO && code <= NINE)) this.invalid();
    if (code === ZERO) code = text.charCodeAt(++at);
    else {
      while (code >= ZERO && code <= NINE) {
        value = value * 10 + code - ZERO;
        code = text.charCodeAt(++at);
      }
    }
    if (code === POINT || code === 101 || code === 69) return this.double(start, at, code);
    this.position = at;
    if (value <= MAX_INTEGER) return first === MINUS ? 0 - value : value;
    // The sum is exact up to 15 digits. Beyond that, the text must be rounded once.
    const size = at - digitsStart > 15 ? Number(text.slice(digitsStart, at)) : value;
    if (size > NEAR_OVERFLOW && size < OVER_OVERFLOW) notCovered('an integer around 2^63');
    return new JsonDouble(first === MINUS ? -size : size);
  }

  private double(start: number, from: number, first: number): JsonDouble {
    const { text } = this;
    let at = from;
    let code = first;
    if (code === POINT) {
      at = this.digits(at + 1);
      code = text.charCodeAt(at);
    }
    if (code === 101 || code === 69) {
      const sign = text.charCodeAt(at + 1);
      at = this.digits(sign === 43 || sign === MINUS ? at + 2 : at + 1);
    }
    this.position = at;
    return new JsonDouble(Number(text.slice(start, at)));
  }

  private digits(from: number): number {
    let at = from;
    for (let code = this.text.charCodeAt(at); code >= ZERO && code <= NINE; )
      code = this.text.charCodeAt(++at);
    if (at === from) this.invalid();
    return at;
  }

  /** The code of the next character that is not white space, as yajl defines it; NaN at the end. */
  private skipSpace(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 32 && !(code >= 9 && code <= 13)) return code;
      this.position++;
    }
  }

  private enter(): void {
    if (++this.depth > MAX_DEPTH) notCovered('deep nesting');
  }

  private invalid(): never {
    return notCovered('not valid JSON');
  }
}

function sameOrPrefix(keys: readonly string[], length: number): readonly string[] {
  return keys.length === length ? keys : keys.slice(0, length);
}
