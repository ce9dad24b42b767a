import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../support/raw-client.js';
import { fixtureApp, ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('work.R'), { workers: 1 });
});

afterAll(() => app?.stop());

const ask = (path: string, id: string, init: RequestInit = {}): Promise<Response> =>
  fetch(app.url + path, { ...init, headers: { 'X-Request-Id': id, 'Accept-Encoding': 'identity' } });

test('logs each request in one line with all its fields', async () => {
  const response = await ask('/echo?msg=secret', 'first');
  const { length } = await response.text();
  const record = await app.request('first');
  expect(record).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    event: 'request',
    requestId: 'first',
    method: 'GET',
    path: '/echo', // without the query, which may contain secrets
    status: 200,
    bytes: length,
    durationMs: expect.any(Number),
    queueMs: expect.any(Number),
    rMs: expect.any(Number),
    worker: 1,
    lane: 'direct',
  });
  expect(app.entries('request').filter(({ requestId }) => requestId === 'first')).toHaveLength(1);
});

test('logs the time in the queue and the time in R separately', async () => {
  const slow = ask('/sleep?seconds=1', 'ahead');
  await app.logged('output', ({ requestId }) => requestId === 'ahead');
  await Promise.all([slow, ask('/sleep?seconds=0.2', 'behind')]);
  const ahead = await app.request('ahead');
  const behind = await app.request('behind');
  expect(ahead.rMs).toBeGreaterThanOrEqual(1000);
  expect(behind.rMs).toBeGreaterThanOrEqual(200);
  // The second request waited for the first one: in the queue, not in R.
  expect(ahead.queueMs).toBeLessThan(behind.queueMs as number);
  expect(behind.queueMs).toBeGreaterThan(0);
  expect((behind.queueMs as number) + (behind.rMs as number)).toBeLessThanOrEqual(
    (behind.durationMs as number) + 1,
  );
});

test('logs Penstock’s own errors with their code, and HEAD with 0 bytes', async () => {
  await ask('/nothing', 'not-found');
  expect(await app.request('not-found')).toMatchObject({ status: 404 });
  await ask('/pid', 'head', { method: 'HEAD' });
  expect(await app.request('head')).toMatchObject({ method: 'HEAD', bytes: 0 });
  await ask(`/${'a'.repeat(70_000)}`, 'too-long');
  expect(await app.logged('refused')).toMatchObject({ code: 'headers_too_large' });
});

test('returns the client’s request ID, or a new one if that is not usable', async () => {
  expect((await ask('/pid', 'mine')).headers.get('X-Request-Id')).toBe('mine');
  const replaced = (await ask('/pid', 'not mine')).headers.get('X-Request-Id')!;
  expect(replaced).toMatch(/^[0-9a-f-]{36}$/);
  expect(await app.request(replaced)).toMatchObject({ path: '/pid' });
});

test('uses the trace ID of a traceparent as the request ID', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const response = await fetch(`${app.url}/pid`, { headers });
  expect(response.headers.get('X-Request-Id')).toBe(trace);
  expect(await app.request(trace)).toMatchObject({ status: 200 });
});

test('clients cannot forge log lines', async () => {
  const client = await RawClient.open(app.port);
  const forged = '/x%0A%7B%22event%22:%22request%22,%22requestId%22:%22forged%22%7D';
  client.send(`GET ${forged}"},{" HTTP/1.1\r\nHost: x\r\nX-Request-Id: honest\r\nConnection: close\r\n\r\n`);
  await client.closed;
  expect(await app.request('honest')).toMatchObject({ path: `${forged}"},{"` });
  expect(app.entries('request').filter(({ requestId }) => requestId === 'forged')).toEqual([]);
});

test('--log-format pretty writes readable lines', async () => {
  const pretty = new ServedApp(fixtureApp('work.R'), { workers: 1, flags: ['--log-format', 'pretty'] });
  const printed = (pattern: RegExp): Promise<void> =>
    expect.poll(() => pretty.output, { timeout: 20_000 }).toMatch(pattern);
  await printed(/Listening on http/);
  const url = /Listening on (http\S+),/.exec(pretty.output)![1]!;
  await fetch(`${url}/sleep?seconds=0.01`, { headers: { 'X-Request-Id': 'seen' } });
  await printed(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: \[worker 1 seen\] sleeping$/m);
  await printed(/^\[.*\] INFO: GET \/sleep 200 \d+ B \(waited \S+ ms, R \S+ ms worker 1\) seen$/m);
  expect(await pretty.stop()).toEqual({ code: 0, signal: null });
  expect(pretty.output).not.toMatch(/[{}]|undefined/);
});

test('the time in R includes printing a value that only R can print', async () => {
  const answer = await ask('/printed?seconds=0.3', 'printed');
  expect(answer.status).toBe(200);
  const record = await app.request('printed');
  expect(record).toMatchObject({ lane: 'direct', worker: 1 });
  expect(record.rMs).toBeGreaterThanOrEqual(300);
});
