import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../characters.js';

/** yajl accepts all kinds of tabs and feeds. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** The end of the value that starts at `from`. Does not check whether the value is valid. */
export function endOfJson(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  let open = 0;
  let at = from;
  while (at < length) {
    const code = bytes[at] as number;
    if (code === QUOTE) {
      at++;
      for (; at < length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
      at++;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      open++;
      at++;
      continue;
    } else if (
      open === 0 &&
      (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code))
    ) {
      return at;
    } else {
      if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open--;
      else if (open === 0) {
        at++;
        continue;
      }
      at++;
    }
    if (open === 0) break;
  }
  return Math.min(at, length); // a text that ends within a string, or its escape
}
