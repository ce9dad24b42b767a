import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('bad-answers.R'), { workers: 1 });
});

afterAll(() => app?.stop());

const get = (path: string, ...headers: string[]): string =>
  `${[`GET ${path} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n`;

/** Sends a request and another one after it on the same connection, and returns all that comes back. */
async function askTwice(path: string): Promise<string> {
  const client = await RawClient.open(app.port);
  return client.send(get(path) + get('/well', 'Connection: close')).closed;
}

describe('answers 500 and keeps the connection usable after', () => {
  test.each([
    ['a header that would start another response', '/split'],
    ['a header with a line feed', '/header?value=a%0Ab'],
    ['a header with a carriage return', '/header?value=a%0Db'],
    ['a header with a control character', '/header?value=a%01b'],
    ['a header name with a space', '/header?name=X%20App'],
    ['a header name with a line break', '/header?name=X%0D%0AY'],
    ['a header whose name is NA', '/na'],
    ['the status 100, which is not final', '/status?is=100'],
    ['the status 101, which switches protocols', '/status?is=101'],
    ['a status below 100', '/status?is=42'],
    ['a status above 999', '/status?is=1000'],
    ['a file that does not exist', '/file?path=/no/such/file'],
    ['a folder in place of a file', '/file?path=/tmp'],
  ])('%s', async (_, path) => {
    const text = await askTwice(path);
    expect(statusesIn(text)).toEqual([500, 200]);
    expect(text).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r$/m);
    expect(text).not.toMatch(/stolen|^X-Before|^Content-Encoding/im);
    const [, body = ''] = /\r\n\r\n(\{.*?\})HTTP/s.exec(text) ?? [];
    expect(JSON.parse(body)).toMatchObject({ code: 'response_invalid' });
    expect(text).toContain('["well"]');
  });
});

test('ignores headers of the app that would change the framing', async () => {
  const text = await askTwice('/framing');
  expect(statusesIn(text)).toEqual([200, 200]);
  expect(text).toContain('["longer than three"]');
  expect(text.match(/^Content-Length: 21\r$/gim)).toHaveLength(1);
  expect(text).not.toMatch(/^Transfer-Encoding|upgrade/im);
});

test('a client gets a file whole, in parts and compressed', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'file-')), 'numbers.csv');
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join('');
  writeFileSync(file, rows);
  try {
    const load = (headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${app.url}/file?path=${file}`, { headers: { 'accept-encoding': 'identity', ...headers } });
    const whole = await load();
    const tag = whole.headers.get('etag')!;
    expect(await whole.text()).toBe(rows);
    const rest = await load({ range: 'bytes=1000000-', 'if-range': tag });
    expect(rest.status).toBe(206);
    expect(rest.headers.get('content-range')).toBe(`bytes 1000000-${rows.length - 1}/${rows.length}`);
    expect(await rest.text()).toBe(rows.slice(1_000_000));
    const zipped = await load({ 'accept-encoding': 'gzip' });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(await zipped.text()).toBe(rows);
    for (const known of [tag, zipped.headers.get('etag')!]) {
      const none = await load({ 'if-none-match': known, 'cache-control': 'max-age=0' });
      expect([none.status, await none.text()]).toEqual([304, '']);
    }
  } finally {
    rmSync(dirname(file), { recursive: true });
  }
});

test('invalid answers do not end the worker', () => {
  expect(app.entries('worker-exit')).toEqual([]);
  expect(isRunning(app.pid)).toBe(true);
});
