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

/** What comes back for a request and another one after it on the same connection. */
async function askTwice(path: string): Promise<string> {
  const client = await RawClient.open(app.port);
  return client.send(get(path) + get('/well', 'Connection: close')).closed;
}

describe('is answered with 500 and leaves the connection intact:', () => {
  test.each([
    ['a header that would start another response', '/split'],
    ['a header with a line feed', '/header?value=a%0Ab'],
    ['a header with a carriage return', '/header?value=a%0Db'],
    ['a header with a control character', '/header?value=a%01b'],
    ['a header name with a blank', '/header?name=X%20App'],
    ['a header name with a line end', '/header?name=X%0D%0AY'],
    ['a header whose name is missing', '/na'],
    ['a status that ends nothing', '/status?is=100'],
    ['a status that changes the protocol', '/status?is=101'],
    ['a status below all statuses', '/status?is=42'],
    ['a status above all statuses', '/status?is=1000'],
    ['a file that is not there', '/file?path=/no/such/file'],
    ['a folder as file', '/file?path=/tmp'],
  ])('%s', async (_, path) => {
    const text = await askTwice(path);
    expect(statusesIn(text)).toEqual([500, 200]);
    expect(text).not.toMatch(/stolen|^X-Before|^Content-Encoding/im);
    const [, body = ''] = /\r\n\r\n(\{.*?\})HTTP/s.exec(text) ?? [];
    expect(JSON.parse(body)).toMatchObject({ code: 'response_invalid' });
    expect(text).toContain('["well"]');
  });
});

test('how an answer is framed is none of the app’s business', async () => {
  const text = await askTwice('/framing');
  expect(statusesIn(text)).toEqual([200, 200]);
  expect(text).toContain('["longer than three"]');
  expect(text.match(/^Content-Length: 21\r$/gim)).toHaveLength(1);
  expect(text).not.toMatch(/^Transfer-Encoding|upgrade/im);
});

test('no bad answer has cost a worker', () => {
  expect(app.entries('worker-exit')).toEqual([]);
  expect(isRunning(app.pid)).toBe(true);
});
