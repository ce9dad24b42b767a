import type { IncomingMessage } from 'node:http';

/** What only the gateway may say begins so. */
const OWN = 'x-penstock-';

/**
 * Takes headers out of a request, as if they had never come. Rook does not tell `_` from `-` in a header's name, so
 * neither does this.
 *
 * @param isUnwanted is given the name in lower case, with `-` for `_`
 */
export function takeOut(request: IncomingMessage, isUnwanted: (name: string) => boolean): void {
  const { rawHeaders } = request;
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!isUnwanted(name.replaceAll('_', '-'))) continue;
    rawHeaders.splice(i, 2);
    delete request.headers[name];
  }
}

/** Whether a header is one that the gateway alone may set. */
export function isOwn(name: string): boolean {
  return name.startsWith(OWN);
}

/** Sets a header that R is to see. Its bytes are UTF-8, and it stays one line. */
export function putIn(request: IncomingMessage, name: string, value: string): void {
  const bytes = Buffer.from(value.replace(/\p{Cc}/gu, ' '), 'utf8').toString('latin1');
  request.rawHeaders.push(name, bytes);
  request.headers[name.toLowerCase()] = bytes;
}
