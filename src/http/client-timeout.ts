import { duration } from '../config/kinds.js';

const kind = duration({ min: 1 });

/**
 * Milliseconds in which a client wants its answer, going by its X-Request-Timeout (`5s`, `500ms`; a plain number is in
 * seconds): no longer than it would get anyway. What is no duration is passed over, as HTTP does with what it
 * does not know.
 */
export function clientTimeout(header: string | readonly string[], most: number): number {
  const wanted = typeof header === 'string' ? kind.parse(header.trim()) : undefined;
  return wanted === undefined ? most : Math.min(wanted, most);
}
