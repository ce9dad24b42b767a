import { afterAll, beforeAll, expect, test } from 'vitest';
import { samplerFrom } from '../../src/observe/tracing/sampler.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { type CollectedSpan, TraceCollector } from '../support/trace-collector.js';

const collector = new TraceCollector();
let app: ServedApp;
let plain: ServedApp;

beforeAll(async () => {
  await collector.listen();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=one%20two',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    OTEL_SERVICE_NAME: 'shop',
  };
  [app, plain] = await Promise.all([
    serve(fixtureApp('shop.R'), { workers: 1, env, flags: ['--app-version', '7'] }),
    serve(fixtureApp('shop.R'), { workers: 1 }),
  ]);
});

afterAll(async () => {
  await Promise.all([app?.stop(), plain?.stop()]);
  collector.close();
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

async function ask(
  path: string,
  headers: Record<string, string> = {},
  from = app,
): Promise<Record<string, string>> {
  const response = await fetch(from.url + path, { headers });
  return (await response.json()) as Record<string, string>;
}

/** The spans of a trace, once there are so many. */
async function spansOf(traceId: string, count: number): Promise<CollectedSpan[]> {
  await expect.poll(() => collector.of(traceId).length).toBe(count);
  return collector.of(traceId);
}

test('a request takes its place in the trace that it came with, and R sees it', async () => {
  const seen = await ask('/traces/one?secret=1', {
    traceparent: `00-${TRACE}-${PARENT}-01`,
    tracestate: 'vendor=abc',
    'X-Request-Id': 'mine',
  });
  const spans = await spansOf(TRACE, 3);
  const [server, queue, r] = ['GET /traces/<name>', 'queue', 'R'].map(
    (name) => spans.find((span) => span.name === name)!,
  );
  expect(seen).toEqual({
    traceparent: `00-${TRACE}-${server!.spanId}-01`,
    header: `00-${TRACE}-${server!.spanId}-01`,
    state: 'vendor=abc',
  });
  expect(server).toMatchObject({ parentSpanId: PARENT, kind: 2, failed: false });
  expect(server!.attributes).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': '200',
    'http.route': '/traces/<name>',
    'url.path': '/traces/one',
    'penstock.request_id': 'mine',
    'penstock.lane': 'direct',
  });
  for (const span of [queue!, r!]) {
    expect(span.parentSpanId).toBe(server!.spanId);
    expect(span.from >= server!.from && span.to >= span.from && span.to <= server!.to).toBe(true);
  }
  expect(queue!.to).toBe(r!.from);
  expect(Math.abs(Number(server!.to / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  expect(collector.resources[0]).toEqual({
    'service.name': 'shop',
    'service.version': '7',
    'deployment.environment': 'test',
  });
  expect(collector.keys[0]).toBe('one two');
});

test('a request without a trace begins one, whose id is in its log line', async () => {
  const { traceparent } = await ask('/trace');
  const [, traceId, spanId] = traceparent!.split('-');
  const spans = await spansOf(traceId!, 3);
  const server = spans.find(({ kind }) => kind === 2)!;
  expect([server.spanId, server.parentSpanId]).toEqual([spanId, undefined]);
  await app.request(traceId!);
});

test('requests that are computed together have the span of their batch in common', async () => {
  const post = (size: number): Promise<Response> =>
    fetch(`${app.url}/price`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ size, age: 3 }),
    });
  await Promise.all(Array.from({ length: 12 }, (_, i) => post(i)));
  await expect.poll(() => collector.spans.filter(({ name }) => name === 'POST /price').length).toBe(12);
  const batches = collector.spans.filter(({ name }) => name === 'batch');
  expect(batches.length).toBeGreaterThan(0);
  for (const { attributes, spanId } of batches) {
    const members = collector.spans.filter(({ links }) => links[0]?.spanId === spanId);
    expect(members.map(({ name }) => name)).toEqual(members.map(() => 'R'));
    expect(members).toHaveLength(Number(attributes['penstock.batch.requests']));
  }
});

test('an error is one in its span, too', async () => {
  const traceId = '1'.repeat(32);
  await fetch(`${app.url}/checkout`, {
    method: 'POST',
    headers: { traceparent: `00-${traceId}-${PARENT}-01` },
  });
  const server = (await spansOf(traceId, 3)).find(({ kind }) => kind === 2)!;
  expect([server.failed, server.attributes['error.type']]).toEqual([true, '500']);
});

test('a trace that is not wanted is passed on, and not sent', async () => {
  const traceId = '2'.repeat(32);
  const { traceparent } = await ask('/trace', { traceparent: `00-${traceId}-${PARENT}-00` });
  expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  const wanted = '3'.repeat(32);
  await ask('/trace', { traceparent: `00-${wanted}-${PARENT}-01` });
  await spansOf(wanted, 3);
  expect(collector.of(traceId)).toEqual([]);
});

test.each(['00-xyz-1-01', `ff-${TRACE}-${PARENT}-01`, `00-${'0'.repeat(32)}-${PARENT}-01`])(
  'what is no trace (%s) is none',
  async (traceparent) => {
    const seen = await ask('/trace', { traceparent });
    expect(seen.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(seen.traceparent).not.toContain(TRACE);
  },
);

test('without a collector headers are passed on as they came, and nothing is added', async () => {
  const traceparent = `00-${TRACE}-${PARENT}-01`;
  expect((await ask('/trace', { traceparent }, plain)).traceparent).toBe(traceparent);
  expect((await ask('/trace', {}, plain)).traceparent).toEqual({});
});

test('a collector that is gone is told of, and costs no request', async () => {
  collector.close();
  await ask('/trace');
  const line = await app.logged('traces-not-sent');
  expect(line.host).toBe(new URL(collector.url).host);
  const metrics = await (await fetch(`${app.adminUrl}/metrics`)).text();
  expect(metrics).toMatch(/penstock_spans_total\{outcome="sent"\} \d/);
  expect(metrics).toMatch(/penstock_spans_total\{outcome="failed"\} \d/);
});

test('a share of the traces is kept, the same ones wherever they pass', () => {
  const ids = Array.from({ length: 1000 }, (_, i) => (i * 0x9e3779b97f4a7).toString(16).padStart(32, '0'));
  const tenth = samplerFrom('traceidratio', '0.1');
  const kept = ids.filter((id) => tenth(id, undefined));
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(200);
  const half = samplerFrom('parentbased_traceidratio', '0.5');
  expect(kept.every((id) => half(id, undefined))).toBe(true);
  expect([half(ids[0]!, true), half(ids[0]!, false)]).toEqual([true, false]);
  expect([samplerFrom('always_off')(ids[0]!, true), samplerFrom()(ids[0]!, undefined)]).toEqual([
    false,
    true,
  ]);
});

test('of traces that begin here so many a second are kept, and of others those that are wanted', () => {
  let now = 0;
  const usual = samplerFrom(undefined, undefined, () => now);
  const kept = (count: number, parent?: boolean): number =>
    Array.from({ length: count }, () => usual(TRACE, parent)).filter(Boolean).length;
  expect([kept(60), kept(60), kept(60)]).toEqual([60, 40, 0]);
  expect([kept(500, true), kept(500, false)]).toEqual([500, 0]);
  now = 1000;
  expect(kept(60)).toBe(60);
});
