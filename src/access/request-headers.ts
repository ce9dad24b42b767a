import type { IncomingMessage } from 'node:http';

/** Only the gateway may set headers with this prefix. */
const PENSTOCK_PREFIX = 'x-penstock-';

/**
 * Removes headers from a request. `_` and `-` in a name are equal, as in Rook.
 *
 * @param isUnwanted called with the name in lower case, with `-` for `_`, and as it was before that
 */
export function removeHeaders(
  request: IncomingMessage,
  isUnwanted: (name: string, written: string) => boolean,
): void {
  const { rawHeaders } = request;
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!isUnwanted(name.replaceAll('_', '-'), name)) continue;
    rawHeaders.splice(i, 2);
    delete request.headers[name];
  }
}

/** Removes headers that R cannot tell from another one: `X_User` next to `X-User`. Proxies set the latter. */
export function removeTwins(request: IncomingMessage): void {
  const { headers, rawHeaders } = request;
  if (!rawHeaders.some((text, i) => i % 2 === 0 && text.includes('_'))) return;
  const twins = Object.keys(headers).filter(
    (name) => name.includes('_') && Object.hasOwn(headers, name.replaceAll('_', '-')),
  );
  for (const name of twins) removeHeaders(request, (_, written) => written === name);
}

/** Whether a request has a header more than once. Node uses the first of some, and R gets all of them. */
export function isRepeated({ rawHeaders }: IncomingMessage, wanted: string): boolean {
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === wanted.length && name.toLowerCase() === wanted) found += 1;
  }
  return found > 1;
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
