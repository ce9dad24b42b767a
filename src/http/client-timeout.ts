import { duration } from '../config/kinds.js';

const kind = duration({ min: 1 });

/**
 * The time limit that a client sets for its answer with X-Request-Timeout (`5s`, `500ms`; a plain number is in
 * seconds), in ms. It can only shorten the server's limit, `most`. Invalid values are ignored, as HTTP does with
 * unknown headers.
 */
export function clientTimeout(header: string | readonly string[], most: number): number {
  const wanted = typeof header === 'string' ? kind.parse(header.trim()) : undefined;
  return wanted === undefined ? most : Math.min(wanted, most);
}
