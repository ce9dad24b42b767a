import type { IncomingMessage } from 'node:http';
import type { Ticket } from '../dispatch/ticket.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import type { Sampler } from '../observe/tracing/sampler.js';
import { type Span, SpanKind } from '../observe/tracing/span.js';
import type { SpanExporter } from '../observe/tracing/span-exporter.js';
import {
  parseTraceparent,
  randomId,
  type TraceContext,
  traceparent,
} from '../observe/tracing/trace-context.js';

const HEADER = 'traceparent';

const CONTEXT = Symbol('trace');

/** A map from requests would cost more, for each of them. */
interface Traced extends IncomingMessage {
  [CONTEXT]?: TraceContext;
}

/**
 * The traces of requests: each takes its place in the trace that it came with, or begins one, and its place is handed on
 * to R. Its spans are made when it is over, of the times that are known by then anyway.
 */
export class RequestTraces {
  readonly #sampler: Sampler;
  readonly #exporter: SpanExporter;
  readonly #routeOf: (method: string, path: string) => string | undefined;
  /** The span of a batch, which several requests have in common. */
  readonly #batches = new WeakMap<object, { traceId: string; spanId: string }>();

  /** @param routeOf gives the path of the endpoint that a path leads to, with its parameters' names */
  constructor(
    sampler: Sampler,
    exporter: SpanExporter,
    routeOf: (method: string, path: string) => string | undefined,
  ) {
    this.#sampler = sampler;
    this.#exporter = exporter;
    this.#routeOf = routeOf;
  }

  /** A request comes in: from now on its header names its own span, for R, and for whom R asks. */
  begin(request: IncomingMessage): void {
    const given = request.headers[HEADER];
    const parent = parseTraceparent(typeof given === 'string' ? given : undefined);
    const ids = randomId(24);
    const traceId = parent?.traceId ?? ids.slice(16);
    const sampled = this.#sampler(traceId, parent?.sampled);
    const context = { traceId, spanId: ids.slice(0, 16), parentId: parent?.parentId, sampled };
    (request as Traced)[CONTEXT] = context;
    const value = traceparent(context);
    request.headers[HEADER] = value;
    if (given !== undefined) removeHeader(request.rawHeaders);
    request.rawHeaders.push(HEADER, value);
  }

  /** A request is over. */
  finished(record: ExchangeRecord): void {
    const context = (record.request as Traced)[CONTEXT];
    if (context?.sampled !== true) return;
    const { cache, duration, error, id, lane, method, path, status, tickets } = record;
    const to = performance.now();
    const route = this.#routeOf(method, path);
    this.#exporter.add({
      ...context,
      name: route === undefined ? method : `${method} ${route}`,
      kind: SpanKind.server,
      from: to - duration,
      to,
      failed: status >= 500,
      attributes: {
        'http.request.method': method,
        'http.response.status_code': status === 0 ? undefined : status,
        'http.route': route,
        'url.path': path,
        'error.type': error?.code ?? (status >= 500 ? String(status) : undefined),
        'penstock.request_id': id,
        'penstock.lane': lane,
        'penstock.cache': cache,
      },
    });
    for (const ticket of tickets) this.#addWork(context, ticket, to);
  }

  /** The wait in the queue, and R's part. */
  #addWork({ spanId: parentId, traceId }: TraceContext, ticket: Ticket, now: number): void {
    const { batch, batchSize, queuedAt, rTime, settledAt, startedAt, worker } = ticket;
    const span = (name: string, from: number, to: number, more: Partial<Span>): void =>
      this.#exporter.add({
        traceId,
        spanId: randomId(8),
        parentId,
        name,
        kind: SpanKind.internal,
        from,
        to,
        attributes: {},
        ...more,
      });
    span('queue', queuedAt, startedAt ?? settledAt ?? now, {});
    if (startedAt === undefined) return;
    const end = rTime === undefined ? (settledAt ?? now) : startedAt + rTime;
    const attributes = { 'penstock.worker': worker?.id, 'penstock.batch.requests': batchSize };
    let link: { traceId: string; spanId: string } | undefined;
    if (batch !== undefined && batchSize > 1) {
      link = this.#batches.get(batch);
      if (link === undefined) {
        link = { traceId, spanId: randomId(8) };
        this.#batches.set(batch, link);
        span('batch', startedAt, end, { ...link, attributes });
      }
    }
    span('R', startedAt, end, { attributes, link });
  }
}

/** Headers as they came, names and values in turn. */
function removeHeader(raw: string[]): void {
  for (let i = raw.length - 2; i >= 0; i -= 2) {
    if (raw[i]!.toLowerCase() === HEADER) raw.splice(i, 2);
  }
}
