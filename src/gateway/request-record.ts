import { ticketTimes } from '../dispatch/ticket.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import type { ExchangeRecord } from './exchange.js';

/**
 * Counts a finished exchange and writes its line.
 *
 * @param write undefined without an access log
 */
export function recordRequest(
  { bytes, cache, duration, error, id, lane, method, path, status, ticket }: ExchangeRecord,
  metrics: Metrics,
  write: Log['request'] | undefined,
): void {
  metrics.requests.count(method, status);
  if (error !== undefined) metrics.errors.inc({ code: error.code });
  if (cache !== undefined) metrics.cache.inc({ result: cache });
  const times = ticket === undefined ? undefined : ticketTimes(ticket);
  if (times?.queue !== undefined) metrics.queueWait.observe(times.queue / 1000);
  if (times?.r !== undefined) metrics.rTime.observe(times.r / 1000);
  if (write === undefined) return;
  const batch = ticket?.batchSize ?? 1;
  write({
    requestId: id,
    method,
    path,
    status,
    bytes,
    durationMs: duration,
    queueMs: times?.queue,
    rMs: times?.r,
    worker: ticket?.worker?.id,
    batch: batch > 1 ? batch : undefined,
    lane,
    code: error?.code,
    detail: error?.detail,
  });
}
