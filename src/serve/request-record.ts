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
  { bytes, cache, duration, error, id, lane, method, path, status, tickets }: ExchangeRecord,
  { failures, metrics, slow, write }: Records,
): void {
  metrics.requests.count(method, status);
  metrics.requestTime.observe(duration / 1000);
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
  if (duration >= slow.threshold) {
    metrics.slow.inc();
    const at = Date.now();
    slow.add({ at, requestId: id, method, path, status, duration, queue: times?.queue, r: times?.r, worker });
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
    worker,
    batch: batch > 1 ? batch : undefined,
    lane,
    code: error?.code,
    detail: error?.detail,
  });
}
