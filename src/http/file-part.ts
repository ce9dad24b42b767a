import type { Stats } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import etag from 'etag';
import fresh from 'fresh';
import parseRange from 'range-parser';

/** What is sent of a file. */
export interface FilePart {
  readonly status: number;
  readonly headers: [string, string][];
  /** Its first byte, and the one after its last; undefined if no body is sent. */
  readonly bytes: readonly [from: number, to: number] | undefined;
  /** Whether it is the whole file, as if the client had sent no conditions. */
  readonly whole: boolean;
}

/** Headers about the body of a response, which a 304 and a 416 do not have. */
const OF_BODY = /^content-(encoding|language|length|range|type)$/i;

/** To range-parser, more bytes than the file has are none. They are all of them (RFC 9110, 14.1.2). */
const LAST_BYTES = /^bytes=-0*[1-9]\d*$/;

/**
 * What a client gets of a file that the app answers with: all of it, a range, or 304 if the client has it already. The
 * whole file gets `ETag` and `Accept-Ranges`, unless the app has set them.
 *
 * @param owned whether the file was made for this response: then parts of two responses do not belong together
 */
export function filePart(
  request: IncomingMessage,
  { status, headers, owned }: { status: number; headers: readonly [string, string][]; owned: boolean },
  stats: Stats,
): FilePart {
  const whole: FilePart = { status, headers: [...headers], bytes: [0, stats.size], whole: true };
  const { method } = request;
  if (owned || status !== 200 || (method !== 'GET' && method !== 'HEAD')) return whole;
  const set = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const add = (name: string, value: string): void => {
    if (set.has(name.toLowerCase())) return;
    set.set(name.toLowerCase(), value);
    whole.headers.push([name, value]);
  };
  add('ETag', etag(stats, { weak: false }));
  add('Accept-Ranges', 'bytes');
  const without = (code: number, more: [string, string][] = []): FilePart => {
    const kept = whole.headers.filter(([name]) => !OF_BODY.test(name));
    return { status: code, headers: [...kept, ...more], bytes: undefined, whole: false };
  };
  if (fresh(request.headers, Object.fromEntries(set))) return without(304);
  const { range } = request.headers;
  if (range === undefined || method === 'HEAD' || !takesRanges(request, set)) return whole;
  const ranges = parseRange(stats.size, range, { combine: true });
  if (ranges === -1 && LAST_BYTES.test(range) && stats.size > 0) return whole;
  if (ranges === -1) return without(416, [['Content-Range', `bytes */${stats.size}`]]);
  // A server may ignore a range. Several ones would need a multipart response.
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return whole;
  const { start, end } = ranges[0]!;
  whole.headers.push(['Content-Range', `bytes ${start}-${end}/${stats.size}`]);
  return { status: 206, headers: whole.headers, bytes: [start, end + 1], whole: false };
}

/** Whether a range of the file is of use: not if the client has the beginning of another version of it (RFC 9110, 13.1.5). */
function takesRanges({ headers }: IncomingMessage, set: ReadonlyMap<string, string>): boolean {
  if (set.get('accept-ranges') !== 'bytes' || set.has('content-encoding')) return false;
  const condition = headers['if-range'];
  if (condition === undefined) return true;
  if (typeof condition !== 'string' || condition.startsWith('W/')) return false;
  return condition === set.get(condition.startsWith('"') ? 'etag' : 'last-modified');
}

/**
 * The headers of a file that is sent compressed: its ETag is a weak one, ranges are those of what is not compressed, and
 * its length is not known yet.
 */
export function compressedHeaders(headers: readonly [string, string][]): [string, string][] {
  const kept = headers.filter(([name]) => !/^(accept-ranges|content-length)$/i.test(name));
  return kept.map(([name, value]) => [
    name,
    name.toLowerCase() === 'etag' && !value.startsWith('W/') ? `W/${value}` : value,
  ]);
}
