import { mkdtempSync, rmSync, type Stats, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compressedHeaders, type FilePart, filePart } from '../../src/http/file-part.js';

const MODIFIED = new Date('2026-01-02T03:04:05Z');
const LAST_MODIFIED: [string, string] = ['Last-Modified', MODIFIED.toUTCString()];
const OTHER_TIME = 'Thu, 01 Jan 2026 00:00:00 GMT';
const stats = statsOfFile();

/** Of a file with 1000 bytes. */
function statsOfFile(): Stats {
  const folder = mkdtempSync(join(tmpdir(), 'file-part-'));
  try {
    const file = join(folder, 'data.csv');
    writeFileSync(file, Buffer.alloc(1000));
    utimesSync(file, MODIFIED, MODIFIED);
    return statSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Asked {
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly reply?: [string, string][];
  readonly owned?: boolean;
  readonly status?: number;
}

function asked({ headers = {}, method = 'GET', owned = false, reply, status = 200 }: Asked): FilePart {
  const set = reply ?? [['Content-Type', 'text/csv'], LAST_MODIFIED];
  return filePart({ method, headers } as IncomingMessage, { status, headers: set, owned }, stats);
}

const header = ({ headers }: FilePart, wanted: string): string | undefined =>
  headers.find(([name]) => name === wanted)?.[1];

const whole = asked({});
const tag = header(whole, 'ETag')!;

test('a client that asks for a file gets all of it, and what it needs to ask again', () => {
  expect(whole).toMatchObject({ status: 200, bytes: [0, 1000], whole: true });
  expect(tag).toMatch(/^"[0-9a-f]+-[0-9a-f]+"$/);
  expect(header(whole, 'Accept-Ranges')).toBe('bytes');
});

test('the headers of the app stay, and its own ETag is the one that counts', () => {
  const reply: [string, string][] = [
    ['etag', '"mine"'],
    ['accept-ranges', 'none'],
  ];
  expect(asked({ reply }).headers).toEqual(reply);
  expect(asked({ reply, headers: { 'if-none-match': '"mine"' } }).status).toBe(304);
  expect(asked({ reply, headers: { 'if-none-match': tag } }).status).toBe(200);
  expect(asked({ reply, headers: { range: 'bytes=0-1' } }).status).toBe(200);
});

test.each<[string, Record<string, string>, number]>([
  ['has the file by its ETag', { 'if-none-match': tag }, 304],
  ['has a compressed form of it', { 'if-none-match': `"old", W/${tag}` }, 304],
  ['has any version', { 'if-none-match': '*' }, 304],
  ['has another version', { 'if-none-match': '"old"' }, 200],
  ['has it by its time', { 'if-modified-since': MODIFIED.toUTCString() }, 304],
  ['has an older one', { 'if-modified-since': OTHER_TIME }, 200],
  [
    'has another version with the same time',
    { 'if-none-match': '"old"', 'if-modified-since': MODIFIED.toUTCString() },
    200,
  ],
  ['reloads regardless', { 'if-none-match': tag, 'cache-control': 'no-cache' }, 200],
  ['sends a date that is none', { 'if-modified-since': 'soon' }, 200],
])('a client that %s gets %j: %i', (_, headers, status) => {
  const part = asked({ headers });
  expect(part.status).toBe(status);
  expect(part.bytes === undefined).toBe(status === 304);
  expect(header(part, 'Content-Type')).toBe(status === 304 ? undefined : 'text/csv');
  expect(header(part, 'ETag')).toBe(tag);
});

test.each<[string, [number, number]]>([
  ['bytes=0-9', [0, 10]],
  ['bytes=990-', [990, 1000]],
  ['bytes=-1', [999, 1000]],
  ['bytes=0-5000', [0, 1000]],
  ['bytes=0-9,5-20', [0, 21]],
])('the range %s is sent alone', (range, bytes) => {
  const part = asked({ headers: { range } });
  expect(part).toMatchObject({ status: 206, bytes, whole: false });
  expect(header(part, 'Content-Range')).toBe(`bytes ${bytes[0]}-${bytes[1] - 1}/1000`);
});

test.each(['bytes=-5000', 'bytes=0-1,500-501', 'bytes=x', 'rows=1-2', 'bytes', ''])(
  'of the range %j the whole file is sent',
  (range) => {
    expect(asked({ headers: { range } })).toMatchObject({ status: 200, bytes: [0, 1000] });
  },
);

test.each(['bytes=1000-', 'bytes=-0'])(
  '%s, which the file does not have, gets 416 with its size',
  (range) => {
    const part = asked({ headers: { range } });
    expect(part).toMatchObject({ status: 416, bytes: undefined });
    expect(header(part, 'Content-Range')).toBe('bytes */1000');
  },
);

test.each<[string, number]>([
  [tag, 206],
  [MODIFIED.toUTCString(), 206],
  ['"old"', 200],
  [`W/${tag}`, 200],
  [OTHER_TIME, 200],
])('a download that goes on with %s gets %i', (condition, status) => {
  expect(asked({ headers: { range: 'bytes=5-', 'if-range': condition } }).status).toBe(status);
});

test.each<[string, Asked]>([
  ['HEAD', { method: 'HEAD' }],
  ['POST', { method: 'POST' }],
  ['another status', { status: 404 }],
  ['a file that was made for this response', { owned: true }],
  ['a body that the app has compressed', { reply: [['Content-Encoding', 'gzip']] }],
])('%s has no ranges', (_, more) => {
  const part = asked({ headers: { range: 'bytes=0-9' }, ...more });
  expect(part.bytes).toEqual([0, 1000]);
  expect(header(part, 'Content-Range')).toBeUndefined();
});

test('a compressed file has a weak ETag, and no ranges', () => {
  expect(compressedHeaders([['Content-Length', '1000'], ...whole.headers])).toEqual([
    ['Content-Type', 'text/csv'],
    LAST_MODIFIED,
    ['ETag', `W/${tag}`],
  ]);
});
