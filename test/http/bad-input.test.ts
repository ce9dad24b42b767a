import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient, statusesIn } from '../support/raw-client.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

let app: ServedApp;
let workers: number[];

interface Status {
  readonly workers: { pid: number; state: string; requests: number }[];
}

beforeAll(async () => {
  app = await serve(fixtureApp('work.R'), { workers: 2, flags: ['--queue-limit', '1000'] });
  workers = (await app.admin<Status>('/status')).workers.map(({ pid }) => pid);
});

afterAll(() => app?.stop());

/** Requests that R has answered so far. */
async function seenByR(): Promise<number> {
  const status = await app.admin<Status>('/status');
  return status.workers.reduce((sum, { requests }) => sum + requests, 0);
}

const openFiles = (): number => readdirSync(`/proc/${app.pid}/fd`).length;

async function expectSane(): Promise<void> {
  const response = await fetch(`${app.url}/echo?msg=well`);
  expect(await response.json()).toMatchObject({ msg: 'well' });
  const status = await app.admin<Status>('/status');
  expect(status.workers.map(({ pid }) => pid)).toEqual(workers);
}

const get = (target: string, ...headers: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n`;

const post = (...lines: string[]): string => ['POST /echo HTTP/1.1', 'Host: x', ...lines].join('\r\n');

describe('is answered with a 4xx, then the connection is closed, and R never sees it:', () => {
  test.each([
    ['what is no HTTP at all', 400, 'rubbish\r\n\r\n'],
    ['a TLS handshake', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2 without negotiation', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a method alone', 400, 'GET\r\n\r\n'],
    ['a method that does not exist', 400, 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a version that does not exist', 400, 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a blank in the address', 400, get('/pi d')],
    ['an address without slash', 400, get('pid')],
    ['NUL in the address', 400, get('/p\0id')],
    ['a control character in the address', 400, get('/p\x01id')],
    ['a percent sign alone in the path', 400, get('/pid%')],
    ['a wrong escape in the path', 400, get('/%zz')],
    ['a wrong escape in the query', 400, get('/echo?msg=%g1')],
    ['an encoded NUL in the path', 400, get('/pid%00')],
    ['an encoded NUL in the query', 400, get('/echo?msg=a%00b')],
    ['an address over the limit', 431, get(`/echo?msg=${'a'.repeat(70_000)}`)],
    ['a header without colon', 400, get('/pid', 'Name')],
    ['a blank in a header name', 400, get('/pid', 'Bad name: x')],
    ['a blank before the colon', 400, get('/pid', 'Name : x')],
    ['a folded header', 400, get('/pid', 'Name: x', ' y')],
    ['NUL in a header', 400, get('/pid', 'Name: a\0b')],
    ['a carriage return in a header', 400, get('/pid', 'Name: a\rb')],
    ['line feeds alone', 400, get('/pid').replaceAll('\r', '')],
    ['no Host', 400, 'GET /pid HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, get('/pid', 'Host: y')],
    ['one huge header', 431, get('/pid', `Name: ${'a'.repeat(70_000)}`)],
    ['thousands of headers', 431, get('/pid', ...Array.from({ length: 5000 }, (_, i) => `X${i}: 1`))],
    ['a length and chunks', 400, post('Content-Length: 3', 'Transfer-Encoding: chunked', '', '0', '', '')],
    ['two lengths', 400, post('Content-Length: 3', 'Content-Length: 4', '', 'abcd')],
    ['a negative length', 400, post('Content-Length: -1', '', '')],
    ['a length in words', 400, post('Content-Length: three', '', 'abc')],
    ['a length beyond all numbers', 400, post(`Content-Length: ${'9'.repeat(30)}`, '', '')],
    ['a chunk without size', 400, post('Transfer-Encoding: chunked', '', 'zz', '')],
    ['an encoding that ends nowhere', 400, post('Transfer-Encoding: gzip', '', '')],
  ])('%s', async (_, status, bytes) => {
    const before = await seenByR();
    const client = await RawClient.open(app.port);
    const answer = await client.send(bytes).closed;
    expect(statusesIn(answer)).toEqual([status]);
    expect(answer).toMatch(/^Connection: close\r$/m);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({
      code: status === 431 ? 'headers_too_large' : 'bad_request',
    });
    expect(await seenByR()).toBe(before);
  });
});

test('CONNECT is not taken for a proxy', async () => {
  const client = await RawClient.open(app.port);
  expect(await client.send('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n').closed).toBe('');
});

test('a flood of headers that goes on after its answer is cut', async () => {
  const client = await RawClient.open(app.port);
  client.send('GET /pid HTTP/1.1\r\nHost: x\r\n');
  const flood = Buffer.from(`X: ${'a'.repeat(1000)}\r\n`.repeat(64));
  for (let i = 0; i < 100; i++) await client.sendMuch(flood);
  expect(statusesIn(await client.closed)).toEqual([431]);
  await expectSane();
});

test('requests sent without waiting are answered in order', async () => {
  const client = await RawClient.open(app.port);
  const pipelined = ['0.2', '0.1', '0'].map((seconds) => get(`/sleep?seconds=${seconds}`)).join('');
  const answers = await client.send(pipelined + get('/echo?msg=last', 'Connection: close')).closed;
  expect(statusesIn(answers)).toEqual([200, 200, 200, 200]);
  expect(answers.split('\r\n\r\n').at(-1)).toContain('"msg":"last"');
});

test('rubbish after good requests does not take their answers away', async () => {
  const client = await RawClient.open(app.port);
  client.send(`${get('/sleep?seconds=0.2')}${get('/sleep?seconds=0.1')}rubbish\r\n\r\n`);
  expect(statusesIn(await client.closed)).toEqual([200, 200]);
  await expectSane();
});

test('a client that closes its half after asking harms nobody', async () => {
  const client = await RawClient.open(app.port);
  await client.send(get('/sleep?seconds=5')).end().closed;
  await expect.poll(() => app.admin('/scale')).toMatchObject({ ongoing: 0 });
  await expectSane();
});

test('a body that is shorter than its length never reaches R, one that is longer is no part of it', async () => {
  const before = await seenByR();
  const short = await RawClient.open(app.port);
  await short.send(post('Content-Length: 10', '', 'abc')).end().closed;
  expect(await seenByR()).toBe(before);

  const long = await RawClient.open(app.port);
  const json = '{"msg":"a"}';
  const head = ['Content-Type: application/json', `Content-Length: ${json.length}`, ''];
  const answer = await long.send(post(...head, `${json}and more\r\n\r\n`)).closed;
  expect(statusesIn(answer)).toEqual([200]);
  expect(answer).toContain('"msg":"a"');
  expect(await seenByR()).toBe(before + 1);
});

test('a body that would end a plumber process, in that it is no JSON but a format of printf, is as wrong as others', async () => {
  const ask = async (body: string): Promise<number> => {
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch(`${app.url}/echo`, { method: 'POST', headers, body })).status;
  };
  const usual = await ask('{a');
  for (const body of ['{a%n', '{a%s%s%s%s', '["%n%n%n" %n]', '[1] %n']) expect(await ask(body)).toBe(usual);
  expect(await ask('{"msg":"%n"}')).toBe(200);
  await expectSane();
});

test('500 connections that come to nothing leave nothing behind', async () => {
  await expectSane();
  const before = openFiles();
  const clients = await Promise.all(Array.from({ length: 500 }, () => RawClient.open(app.port)));
  const beginnings = ['', 'G', get('/pid').slice(0, -2), post('Content-Length: 9', '', 'abc'), get('/pid')];
  clients.forEach((client, i) => {
    client.send(beginnings[i % beginnings.length]!);
  });
  await expectSane();
  for (const client of clients) client.leave();
  await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(before);
  await expect.poll(() => app.admin('/scale')).toMatchObject({ ongoing: 0, queued: 0 });
  await expectSane();
});
