import { once } from 'node:events';
import { createServer } from 'node:net';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RateLimitedSampler } from '../../src/observe/tracing/rate-limited-sampler.js';
import { SpanPipeline } from '../../src/observe/tracing/span-pipeline.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { untilBatched } from '../support/together.js';
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
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
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

/** The spans of a trace, once there are `count`. */
async function spansOf(traceId: string, count: number): Promise<CollectedSpan[]> {
  await expect.poll(() => collector.of(traceId).length).toBe(count);
  return collector.of(traceId);
}

test('a request joins the trace of its client, and R sees the trace context', async () => {
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

test('a request without a trace starts one, and its log entry has the trace ID', async () => {
  const { traceparent } = await ask('/trace');
  const [, traceId, spanId] = traceparent!.split('-');
  const spans = await spansOf(traceId!, 3);
  const server = spans.find(({ kind }) => kind === 2)!;
  expect([server.spanId, server.parentSpanId]).toEqual([spanId, undefined]);
  await app.request(traceId!);
});

test('requests that are computed together link to the span of their batch', async () => {
  const post = (size: number): Promise<Response> =>
    fetch(`${app.url}/price`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ size, age: 3 }),
    });
  await untilBatched(app, '/price', post);
  await Promise.all(Array.from({ length: 12 }, (_, i) => post(i)));
  await expect.poll(() => collector.spans.filter(({ name }) => name === 'POST /price').length).toBe(24);
  const batches = collector.spans.filter(({ name }) => name === 'batch');
  expect(batches.length).toBeGreaterThan(0);
  for (const { attributes, spanId } of batches) {
    const members = collector.spans.filter(({ links }) => links[0]?.spanId === spanId);
    expect(members.map(({ name }) => name)).toEqual(members.map(() => 'R'));
    expect(members).toHaveLength(Number(attributes['penstock.batch.requests']));
  }
});

test('the span of a failed request is marked as an error', async () => {
  const traceId = '1'.repeat(32);
  await fetch(`${app.url}/checkout`, {
    method: 'POST',
    headers: { traceparent: `00-${traceId}-${PARENT}-01` },
  });
  const server = (await spansOf(traceId, 3)).find(({ kind }) => kind === 2)!;
  expect([server.failed, server.attributes['error.type']]).toEqual([true, '500']);
});

test('passes on a trace that is not sampled, and does not export it', async () => {
  const traceId = '2'.repeat(32);
  const { traceparent } = await ask('/trace', { traceparent: `00-${traceId}-${PARENT}-00` });
  expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  const wanted = '3'.repeat(32);
  await ask('/trace', { traceparent: `00-${wanted}-${PARENT}-01` });
  await spansOf(wanted, 3);
  expect(collector.of(traceId)).toEqual([]);
});

test.each(['00-xyz-1-01', `ff-${TRACE}-${PARENT}-01`, `00-${'0'.repeat(32)}-${PARENT}-01`])(
  'ignores an invalid traceparent (%s)',
  async (traceparent) => {
    const seen = await ask('/trace', { traceparent });
    expect(seen.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(seen.traceparent).not.toContain(TRACE);
  },
);

test('without a collector, passes trace headers on unchanged and adds none', async () => {
  const traceparent = `00-${TRACE}-${PARENT}-01`;
  expect((await ask('/trace', { traceparent }, plain)).traceparent).toBe(traceparent);
  expect((await ask('/trace', {}, plain)).traceparent).toEqual({});
});

test('logs that the collector is unreachable, and requests do not fail', async () => {
  collector.close();
  await ask('/trace');
  const line = await app.logged('traces-not-sent');
  expect(line.host).toBe(new URL(collector.url).host);
  const metrics = await (await fetch(`${app.adminUrl}/metrics`)).text();
  expect(metrics).toMatch(/penstock_spans_total\{outcome="sent"\} \d/);
  expect(metrics).toMatch(/penstock_spans_total\{outcome="failed"\} \d/);
});

/** A pipeline to an unreachable collector, with these environment variables. */
function pipeline(
  env: Record<string, string>,
  collectorUrl = 'http://127.0.0.1:9',
): { spans: SpanPipeline; outcomes: Record<string, number> } {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const outcomes: Record<string, number> = {};
  const options = { url: `${collectorUrl}/v1/traces`, service: 'shop', release: undefined };
  const spans = new SpanPipeline(options, (outcome, count) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  });
  vi.unstubAllEnvs();
  return { spans, outcomes };
}

test('samples the share of traces that the environment configures', () => {
  const { spans } = pipeline({
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  });
  const kept = Array.from({ length: 1000 }, () => spans.tracer.startSpan('one')).filter((span) =>
    span.isRecording(),
  );
  expect(kept.length).toBeGreaterThan(400);
  expect(kept.length).toBeLessThan(600);
});

test('counts spans that the collector does not accept, and stops without waiting for it', async () => {
  const { outcomes, spans } = pipeline({
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_EXPORTER_OTLP_TIMEOUT: '200',
  });
  for (let i = 0; i < 20_000; i++) spans.tracer.startSpan('one').end();
  expect(outcomes).toEqual({ dropped: 20_000 - 16_384 - 2048 });
  await spans.close();
  expect(outcomes.failed! + outcomes.dropped!).toBe(20_000);
  expect(outcomes.failed).toBeGreaterThan(2000);
});

test('a collector that never answers delays the stop by two seconds at most, and the spans that it has are counted as dropped', async () => {
  const silent = createServer().listen(0, '127.0.0.1'); // connections are accepted, and that is all
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
  const { outcomes, spans } = pipeline({ OTEL_TRACES_SAMPLER: 'always_on' }, url);
  for (let i = 0; i < 5000; i++) spans.tracer.startSpan('one').end();
  const startedAt = performance.now();
  await spans.close();
  expect(performance.now() - startedAt).toBeLessThan(6000); // its own time limit is 10 s for each of three exports
  expect(outcomes).toEqual({ dropped: 5000 });
  silent.close();
});

test('limits the number of new traces per second', () => {
  let now = 0;
  const sampler = new RateLimitedSampler(100, () => now);
  const kept = (count: number): number =>
    Array.from({ length: count }, () => sampler.shouldSample().decision).filter(
      (decision) => decision === SamplingDecision.RECORD_AND_SAMPLED,
    ).length;
  expect([kept(60), kept(60), kept(60)]).toEqual([60, 40, 0]);
  now = 1000;
  expect(kept(60)).toBe(60);
});
