import type { IncomingMessage } from 'node:http';

/** Only the gateway may set headers with this prefix. */
const PENSTOCK_PREFIX = 'x-penstock-';

/**
 * Removes headers from a request. `_` and `-` in a name are equal, as in Rook.
 *
 * @param isUnwanted called with the name in lower case, with `-` for `_`
 */
export function removeHeaders(request: IncomingMessage, isUnwanted: (name: string) => boolean): void {
  const { rawHeaders } = request;
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!isUnwanted(name.replaceAll('_', '-'))) continue;
    rawHeaders.splice(i, 2);
    delete request.headers[name];
  }
}

/** Whether only the gateway may set the header. */
export function isPenstockHeader(name: string): boolean {
  return name.startsWith(PENSTOCK_PREFIX);
}

/** Adds a header for R, in UTF-8 and on one line. */
export function addHeader(request: IncomingMessage, name: string, value: string): void {
  const bytes = Buffer.from(value.replace(/\p{Cc}/gu, ' '), 'utf8').toString('latin1');
  request.rawHeaders.push(name, bytes);
  request.headers[name.toLowerCase()] = bytes;
}
