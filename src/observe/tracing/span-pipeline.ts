import type { Tracer } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { version } from '../../version.js';
import { RateLimitedSampler } from './rate-limited-sampler.js';

/** Traces that start here and are kept per second by default: enough to find slow requests, cheap under load. */
const DEFAULT_TRACES_PER_SECOND = 100;
/** How long a span waits for others before it is sent, in ms. */
const EXPORT_INTERVAL_MS = 1000;
/** Spans per request to the collector, about 1 MB of JSON. */
const MAX_SPANS_PER_EXPORT = 2048;
/** Spans that may wait for a slow collector; more are dropped. */
const MAX_WAITING_SPANS = 16_384;
/** How long stopping waits for the last spans to be sent, in ms. */
const CLOSE_TIMEOUT_MS = 2000;

/** What happened to a span. */
export type SpanOutcome = 'sent' | 'failed' | 'dropped';

/** Called with the number of spans, and with the reason if the collector has not taken them. */
export type OnSpans = (outcome: SpanOutcome, spans: number, reason?: string) => void;

export interface SpanPipelineOptions {
  readonly url: string;
  /** Used unless `OTEL_SERVICE_NAME` is set. */
  readonly service: string;
  readonly release: string | undefined;
}

/**
 * Sends spans to a collector with OpenTelemetry's SDK, which reads its own `OTEL_*` variables. A slow or missing
 * collector costs spans, never requests.
 */
export class SpanPipeline {
  readonly tracer: Tracer;
  readonly #provider: BasicTracerProvider;
  readonly #processor: CountingProcessor;

  constructor({ release, service, url }: SpanPipelineOptions, onSpans: OnSpans) {
    this.#processor = new CountingProcessor(new OTLPTraceExporter({ url }), onSpans);
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'service.version': release }).merge(
        detectResources({ detectors: [envDetector] }),
      ),
      spanProcessors: [this.#processor],
      ...(!process.env.OTEL_TRACES_SAMPLER && {
        sampler: new ParentBasedSampler({ root: new RateLimitedSampler(DEFAULT_TRACES_PER_SECOND) }),
      }),
    });
    this.tracer = this.#provider.getTracer('penstock', version);
  }

  /** Sends the remaining spans, for a limited time, and drops the rest. Retries that are under way cannot be cancelled. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    const sent = this.#provider.shutdown().catch(() => {}); // failed exports are already counted
    await Promise.race([sent, late]);
    clearTimeout(timer);
    this.#processor.giveUp();
  }
}

/** The SDK's batching, with a count of what happened to each span: its own counts go only to its debug log. */
class CountingProcessor extends BatchSpanProcessor {
  readonly #onSpans: OnSpans;
  /** Spans that wait, those that are being sent, and whether the stop has given up waiting for them. */
  readonly #queue: { waiting: number; sending: number; givenUp: boolean };

  constructor(exporter: SpanExporter, onSpans: OnSpans) {
    const queue = { waiting: 0, sending: 0, givenUp: false };
    const counting: SpanExporter = {
      export(spans, done) {
        queue.waiting -= spans.length;
        queue.sending += spans.length;
        exporter.export(spans, (result) => {
          queue.sending -= spans.length;
          if (!queue.givenUp) onSpans(...outcomeOf(result, spans.length));
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
    super(counting, {
      maxQueueSize: MAX_WAITING_SPANS,
      maxExportBatchSize: MAX_SPANS_PER_EXPORT,
      scheduledDelayMillis: EXPORT_INTERVAL_MS,
    });
    this.#queue = queue;
    this.#onSpans = onSpans;
  }

  override onEnd(span: ReadableSpan): void {
    if (this.#queue.waiting >= MAX_WAITING_SPANS) {
      this.#onSpans('dropped', 1);
      return;
    }
    this.#queue.waiting += 1;
    super.onEnd(span);
  }

  /** Counts the spans that are left as dropped. */
  giveUp(): void {
    const { sending, waiting } = this.#queue;
    this.#queue.givenUp = true;
    if (sending + waiting > 0)
      this.#onSpans('dropped', sending + waiting, 'it did not take the last spans in time');
  }
}

function outcomeOf({ code, error }: ExportResult, spans: number): Parameters<OnSpans> {
  if (code === ExportResultCode.SUCCESS) return ['sent', spans];
  const status = (error as { code?: unknown } | undefined)?.code;
  const reason = typeof status === 'number' ? `the collector answered with ${status}` : error?.message;
  return ['failed', spans, reason || String(status ?? 'unknown error')];
}
