import type { IncomingMessage } from 'node:http';
import { type Link, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { Ticket } from '../dispatch/ticket.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import { type OnSpans, SpanPipeline, type SpanPipelineOptions } from '../observe/tracing/span-pipeline.js';

const HEADER = 'traceparent';

const TRACE = Symbol('trace');

interface RequestTrace {
  readonly span: Span;
  /** Milliseconds from `performance.now()` to the wall clock: the same for all spans of a request, so that they fit. */
  readonly offset: number;
}

/** Stored on the request itself, because a map lookup for each request costs more. */
interface TracedRequest extends IncomingMessage {
  [TRACE]?: RequestTrace;
}

/**
 * Creates the spans of requests. A request continues the trace of its `traceparent` header or starts a new one, and R
 * sees the resulting header. The spans below it are created when the request is over, from times that are known by then.
 */
export class RequestTraces {
  readonly #pipeline: SpanPipeline;
  readonly #routeOf: (method: string, path: string) => string | undefined;
  /** The span of each batch, shared by its requests. */
  readonly #batches = new WeakMap<object, Link>();

  /** @param routeOf returns the endpoint's path with parameter names, for a request's path */
  constructor(
    options: SpanPipelineOptions,
    onSpans: OnSpans,
    routeOf: (method: string, path: string) => string | undefined,
  ) {
    this.#pipeline = new SpanPipeline(options, onSpans);
    this.#routeOf = routeOf;
  }

  /** Called when a request arrives. Replaces its header with the context of its own span, for R. */
  begin(request: IncomingMessage): void {
    const given = request.headers[HEADER];
    const parent = typeof given === 'string' ? parseTraceParent(given) : null;
    const context =
      parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
    const now = performance.now();
    const offset = Date.now() - now;
    const name = request.method ?? 'HTTP';
    const options = { kind: SpanKind.SERVER, startTime: now + offset };
    const span = this.#pipeline.tracer.startSpan(name, options, context);
    (request as TracedRequest)[TRACE] = { span, offset };
    const { spanId, traceFlags, traceId } = span.spanContext();
    const value = `00-${traceId}-${spanId}-0${traceFlags & 1}`;
    request.headers[HEADER] = value;
    if (given !== undefined) removeHeader(request.rawHeaders);
    request.rawHeaders.push(HEADER, value);
  }

  /** Called when a request has been answered. */
  finished(record: ExchangeRecord): void {
    const started = (record.request as TracedRequest)[TRACE];
    if (started?.span.isRecording() !== true) return;
    const { offset, span } = started;
    const { cache, error, id, lane, method, path, status, tickets } = record;
    const now = performance.now();
    const route = this.#routeOf(method, path);
    if (route !== undefined) span.updateName(`${method} ${route}`);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttributes({
      'http.request.method': method,
      'http.response.status_code': status === 0 ? undefined : status,
      'http.route': route,
      'url.path': path,
      'error.type': error?.code ?? (status >= 500 ? String(status) : undefined),
      'penstock.request_id': id,
      'penstock.lane': lane,
      'penstock.cache': cache,
    });
    for (const ticket of tickets) this.#addWork(started, ticket, now);
    span.end(now + offset);
  }

  close(): Promise<void> {
    return this.#pipeline.close();
  }

  /** Adds the wait in the queue, and R's part. */
  #addWork({ offset, span: server }: RequestTrace, ticket: Ticket, now: number): void {
    const { batch, batchSize, openedAt, queuedAt, rTime, settledAt, startedAt, worker } = ticket;
    const context = trace.setSpan(ROOT_CONTEXT, server);
    const attributes = { 'penstock.worker': worker?.id, 'penstock.batch.requests': batchSize };
    const add = (name: string, from: number, to: number, more: object = {}): Span => {
      const span = this.#pipeline.tracer.startSpan(name, { startTime: from + offset, ...more }, context);
      span.end(Math.max(from, to) + offset);
      return span;
    };
    add('queue', queuedAt, startedAt ?? settledAt ?? now);
    if (startedAt === undefined) return;
    const end = rTime === undefined ? (settledAt ?? now) : startedAt + rTime;
    if (openedAt !== undefined) add('promise', openedAt, settledAt ?? now, { attributes });
    if (batch === undefined || batchSize < 2) {
      add('R', startedAt, end, { attributes });
      return;
    }
    let link = this.#batches.get(batch);
    if (link === undefined) {
      link = { context: add('batch', startedAt, end, { attributes }).spanContext() };
      this.#batches.set(batch, link);
    }
    add('R', startedAt, end, { attributes, links: [link] });
  }
}

/** Removes the header from a list of names and values in turn. */
function removeHeader(raw: string[]): void {
  for (let i = raw.length - 2; i >= 0; i -= 2) {
    if (raw[i]!.toLowerCase() === HEADER) raw.splice(i, 2);
  }
}
