import type { IncomingMessage } from 'node:http';
import { PenstockError } from '../errors.js';

/** Headers of one request. Node would silently drop the rest. */
export const MAX_HEADERS = 2000;

/** A path, or the asterisk form, which plumber's routes can match. */
const TARGET = /^(\/|\*(\?|$))/;

/** A percent sign without two hexadecimal digits, or an encoded NUL, which R strings can't contain. */
const BAD_ESCAPE = /%(?![\da-f]{2})|%00/i;

/** Finds what is invalid in a request that Node's parser accepted. R never gets invalid requests. */
export function requestFault({
  headers,
  httpVersion,
  rawHeaders,
  url,
}: IncomingMessage): PenstockError | undefined {
  if (rawHeaders.length > 2 * MAX_HEADERS) {
    return new PenstockError('headers_too_large', `The request has more than ${MAX_HEADERS} headers.`);
  }
  const hosts = countHosts(rawHeaders);
  if (hosts === 0 && httpVersion === '1.1') {
    return new PenstockError('bad_request', 'HTTP/1.1 requires a Host header.');
  }
  if (hosts > 1) return new PenstockError('bad_request', 'The request has more than one Host header.');
  // Node's parser ignores an empty one, and another server may not.
  if (headers['transfer-encoding']?.split(',').some((coding) => coding.trim() === '') === true) {
    return new PenstockError('bad_request', 'The Transfer-Encoding header is empty.');
  }
  if (!TARGET.test(url!)) {
    return new PenstockError('bad_request', 'The request target is neither a path nor an http or https URL.');
  }
  if (BAD_ESCAPE.test(url!)) {
    return new PenstockError('bad_request', 'The URL contains an invalid percent-encoding.');
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
