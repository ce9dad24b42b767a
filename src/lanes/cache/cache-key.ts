import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CacheTag } from '../../app/manifest.js';

/** Headers that identify the client: those of HTTP, and common ones of apps, such as for API keys. */
const CREDENTIALS = /auth|cookie|token|key|secret|session|passw|credential|signature|jwt|^x-penstock-/;

/** Requests with larger bodies are not cached. */
const MAX_BODY_BYTES = 128 * 1024;

/** Everything that a response depends on; undefined for a request that must not use the cache. */
export function cacheKey(
  { headers, method, url }: IncomingMessage,
  body: Buffer | undefined,
  tag: CacheTag,
): string | undefined {
  if (body !== undefined && body.length > MAX_BODY_BYTES) return undefined;
  if (!tag.public) for (const name in headers) if (CREDENTIALS.test(name)) return undefined;
  let key = `${method} ${url}`;
  for (const name of tag.vary) key += `\n${name}: ${headers[name] ?? ''}`;
  if (body === undefined || body.length === 0) return key;
  const digest = createHash('sha256').update(body).digest('base64');
  return `${key}\n${headers['content-type'] ?? ''}\n${digest}`;
}
