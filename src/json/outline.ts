import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './characters.js';

/** What a JSON text may contain. Parsing more would take a parser seconds, or more memory than it has. */
export interface OutlineLimits {
  /** Values within others. */
  readonly depth: number;
  /** Members of one object. */
  readonly members: number;
  /** Values in total. */
  readonly values: number;
}

/**
 * Looks at a JSON text without parsing it: this takes a few milliseconds per megabyte, whatever it contains. Returns what
 * exceeds the limits, in words, or the number of values. Does not check whether the text is valid.
 */
export function outlineOf(bytes: Uint8Array, limits: OutlineLimits): string | number {
  /** Members of the open objects and arrays. */
  const open = new Uint32Array(limits.depth + 1);
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth += 1;
        values += 1;
        if (depth > limits.depth) return `more than ${limits.depth} levels`;
        open[depth] = 0;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth = Math.max(0, depth - 1);
        break;
      case COLON:
        open[depth]! += 1;
        if (open[depth]! > limits.members) return `an object with more than ${limits.members} members`;
        break;
      case COMMA:
        values += 1;
        break;
    }
    if (values > limits.values) return `more than ${limits.values} values`;
  }
  return values;
}
