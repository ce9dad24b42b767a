import { type ExchangeRecord, workTimes } from '../lanes/exchange-record.js';
import type { Failures } from '../observe/failures.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import type { SlowRequests } from '../observe/slow-requests.js';

/** Where finished requests are recorded. */
export interface Records {
  readonly metrics: Metrics;
  readonly failures: Failures;
  readonly slow: SlowRequests;
  /** Undefined if the access log is off. */
  readonly write: Log['request'] | undefined;
}

/** Adds a finished exchange to the metrics and writes its log line. */
export function recordRequest(
  { bytes, cache, duration, error, id, lane, method, path, status, stream, tickets }: ExchangeRecord,
  { failures, metrics, slow, write }: Records,
): void {
  metrics.requests.count(method, status);
  // A stream lasts as long as its client wants: what it waits for is the first element.
  const wait = stream === undefined ? duration : stream.first;
  if (wait !== undefined) metrics.requestTime.observe(wait / 1000);
  if (stream !== undefined) metrics.streamElements.inc(stream.elements);
  if (error !== undefined) metrics.errors.inc({ code: error.code });
  if (cache !== undefined) metrics.cache.inc({ result: cache });
  const times = workTimes(tickets);
  if (times?.queue !== undefined) metrics.queueWait.observe(times.queue / 1000);
  if (times?.r !== undefined) metrics.rTime.observe(times.r / 1000);
  const worker = times?.worker;
  if (status >= 500 || failures.pending) {
    const { code, detail } = error ?? {};
    failures.answered({ requestId: id, method, path, status, worker, code, detail });
  }
  if (wait !== undefined && wait >= slow.threshold) {
    metrics.slow.inc();
    const at = Date.now();
    slow.add({
      at,
      requestId: id,
      method,
      path,
      status,
      duration: wait,
      queue: times?.queue,
      r: times?.r,
      worker,
    });
  }
  if (write === undefined) return;
  const batch = times?.batch ?? 1;
  write({
    requestId: id,
    method,
    path,
    status,
    bytes,
    durationMs: duration,
    queueMs: times?.queue,
    rMs: times?.r,
    openMs: times?.open,
    firstMs: stream?.first,
    elements: stream?.elements,
    ending: stream?.ending,
    worker,
    batch: batch > 1 ? batch : undefined,
    lane,
    code: error?.code,
    detail: error?.detail,
  });
}
