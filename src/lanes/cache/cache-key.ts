import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CacheTag } from '../../app/manifest.js';

/** Headers that say who asks: those of HTTP, and those that apps make up for API keys and the like. */
const CREDENTIALS = /auth|cookie|token|key|secret|session|passw|credential|signature|jwt|^x-penstock-/;

/** Bytes of a body, up to which it is worth to look whether it has come before. */
const LONGEST_BODY = 128 * 1024;

/** What a response depends on; undefined for a request whose response must not be kept, nor be one that was. */
export function cacheKey(
  { headers, method, url }: IncomingMessage,
  body: Buffer | undefined,
  tag: CacheTag,
): string | undefined {
  if (body !== undefined && body.length > LONGEST_BODY) return undefined;
  if (!tag.public) for (const name in headers) if (CREDENTIALS.test(name)) return undefined;
  let key = `${method} ${url}`;
  for (const name of tag.vary) key += `\n${name}: ${headers[name] ?? ''}`;
  if (body === undefined || body.length === 0) return key;
  const digest = createHash('sha256').update(body).digest('base64');
  return `${key}\n${headers['content-type'] ?? ''}\n${digest}`;
}
