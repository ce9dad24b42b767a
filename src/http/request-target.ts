import type { IncomingMessage } from 'node:http';

/** An http or https URL without a user, split into authority and the rest. */
const ABSOLUTE = /^https?:\/\/([^/?#@]+)((?:[/?].*)?)$/is;

/**
 * Turns a request target in absolute form, which clients send to proxies and every server must accept (RFC 9112,
 * 3.2.2), into a path. Its authority replaces the Host header.
 */
export function useOriginForm(request: IncomingMessage): void {
  const url = request.url!;
  if (url.startsWith('/')) return;
  const [, authority, rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (authority === undefined) return;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  const { headers, rawHeaders } = request;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() === 'host') rawHeaders[i + 1] = authority;
  }
  if (headers.host !== undefined) headers.host = authority;
}
