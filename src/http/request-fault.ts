import type { IncomingMessage } from 'node:http';
import { PenstockError } from '../errors.js';

/** Headers of one request; beyond it Node would drop the rest without a word. */
export const MOST_HEADERS = 2000;

/** A percent sign without two hexadecimal digits, or an encoded NUL, which no string of R can hold. */
const BAD_ESCAPE = /%(?![\da-f]{2})|%00/i;

/** What is wrong with a request that Node's parser has taken. R never sees what HTTP forbids. */
export function requestFault({ httpVersion, rawHeaders, url }: IncomingMessage): PenstockError | undefined {
  if (rawHeaders.length > 2 * MOST_HEADERS) {
    return new PenstockError('headers_too_large', `There are more than ${MOST_HEADERS} of them.`);
  }
  const hosts = countHosts(rawHeaders);
  if (hosts === 0 && httpVersion === '1.1') {
    return new PenstockError('bad_request', 'HTTP/1.1 requires a Host header.');
  }
  if (hosts > 1) return new PenstockError('bad_request', 'There is more than one Host header.');
  if (BAD_ESCAPE.test(url!)) {
    return new PenstockError('bad_request', 'The address holds a percent sign that encodes no character.');
  }
  return undefined;
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}
