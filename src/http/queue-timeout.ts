import type { IncomingHttpHeaders } from 'node:http';
import { duration } from '../config/kinds.js';

const kind = duration();

/**
 * How long a request may wait for a worker here, in ms: a load balancer that would rather try another replica sets
 * X-Queue-Timeout (`25ms`). With `25ms; retries=3`, only the first three tries of Envoy have this limit, which it counts in
 * X-Envoy-Attempt-Count. Invalid values are ignored, as HTTP does with unknown headers.
 */
export function queueTimeout(headers: IncomingHttpHeaders): number | undefined {
  const header = headers['x-queue-timeout'];
  if (typeof header !== 'string') return undefined;
  const [, time = '', retries] = /^([^;]*?) *(?:; *retries=(\d{1,3}))?$/.exec(header.trim()) ?? [];
  const limited = retries === undefined || Number(headers['x-envoy-attempt-count']) <= Number(retries);
  return limited ? kind.parse(time) : undefined;
}
