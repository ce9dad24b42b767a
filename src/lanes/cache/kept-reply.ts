import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CacheTag } from '../../app/manifest.js';
import { bytesOf, type Reply } from '../../http/reply.js';

/** A cached response. */
export interface KeptReply {
  readonly status: number;
  /** Includes the headers that a cache must add, except Age. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | undefined;
  readonly etag: string;
  /** `performance.now()` when it was computed. */
  readonly at: number;
}

/** Headers of a 304 response (RFC 9110, 15.4.5). */
const WITH_304 = new Set(['cache-control', 'content-location', 'date', 'etag', 'expires', 'vary']);
const NOT_TO_KEEP = /no-store|no-cache|private/i;

/** Makes a response cacheable; undefined if it must not be cached. */
export function keptReply(reply: Reply, tag: CacheTag, method: string): KeptReply | undefined {
  const { file, headers, pieces, status, stream } = reply;
  if (status < 200 || status > 299 || status === 206) return undefined;
  if (file !== undefined || stream !== undefined) return undefined;
  const own = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  if (own.has('set-cookie') || NOT_TO_KEEP.test(own.get('cache-control') ?? '')) return undefined;
  const depends = variants(own.get('vary'));
  if (!depends.every((name) => name === 'accept-encoding' || tag.vary.includes(name))) return undefined;
  const body = pieces === undefined ? reply.body : Buffer.concat(pieces, bytesOf(pieces));
  const etag = own.get('etag') ?? weakTag(body);
  const kept = headers.filter(([name]) => !['age', 'etag', 'vary'].includes(name.toLowerCase()));
  const vary = new Set(['accept-encoding', ...tag.vary, ...(tag.public ? [] : ['authorization', 'cookie'])]);
  // Other caches must not store the response to a POST.
  if (method !== 'POST') {
    kept.push(['ETag', etag], ['Vary', [...vary].join(', ')]);
    const scope = tag.public ? 'public, ' : '';
    if (!own.has('cache-control'))
      kept.push(['Cache-Control', `${scope}max-age=${Math.floor(tag.ttl / 1000)}`]);
  }
  return { status, headers: kept, body, etag, at: performance.now() };
}

/** The reply for a client: the cached response, or 304 if the client already has it. */
export function replyTo(request: IncomingMessage, { at, body, etag, headers, status }: KeptReply): Reply {
  const age: [string, string] = ['Age', String(Math.floor((performance.now() - at) / 1000))];
  const known = request.headers['if-none-match'];
  if (known !== undefined && request.method !== 'POST' && matches(known, etag)) {
    const kept = headers.filter(([name]) => WITH_304.has(name.toLowerCase()));
    return { status: 304, headers: [...kept.map(copy), age] };
  }
  return { status, headers: [...headers.map(copy), age], ...(body !== undefined && { body }) };
}

/** Approximate memory, in bytes. */
export function sizeOf({ body, headers }: KeptReply): number {
  const text = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return 512 + 2 * text + (body?.length ?? 0);
}

function copy([name, value]: readonly [string, string]): [string, string] {
  return [name, value];
}

function variants(vary: string | undefined): string[] {
  return vary === undefined ? [] : vary.split(',').map((name) => name.trim().toLowerCase());
}

/** A weak ETag, because the response is sent with and without gzip. */
function weakTag(body: Buffer | undefined): string {
  return `W/"${createHash('sha256')
    .update(body ?? '')
    .digest('base64url')
    .slice(0, 22)}"`;
}

/** Weak comparison (RFC 9110, 13.1.2). */
function matches(known: string, etag: string): boolean {
  if (known.trim() === '*') return true;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return known.split(',').some((tag) => opaque(tag) === opaque(etag));
}
