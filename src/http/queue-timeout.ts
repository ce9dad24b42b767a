import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { duration } from '../config/kinds.js';
import { givenRequestId } from '../observe/request-id.js';

const kind = duration();

/** Envoy Gateway keeps so much of a request to repeat it. */
const LARGEST_REPEATED = 32_768;

/** The requests that had a limit here, by X-Request-Id, for longer than a balancer takes to try all replicas. */
const limited = new LRUCache<string, true>({ max: 10_000 });

/**
 * How long a request may wait for a worker here, in ms: a load balancer that would rather try another replica sets
 * X-Queue-Timeout (`25ms`). Its last try must not have this limit, but Envoy sends the same headers with all tries. With
 * `25ms; retries=3`, only the first three tries have the limit, which Envoy counts in X-Envoy-Attempt-Count if it is told to.
 * With `25ms; once`, a replica limits a request only once, which it knows by its X-Request-Id: if a balancer makes more tries
 * than there are replicas, one of them lets it wait. Invalid values are ignored, as HTTP does with unknown headers.
 */
export function queueTimeout(headers: IncomingHttpHeaders): number | undefined {
  const header = headers['x-queue-timeout'];
  if (typeof header !== 'string') return undefined;
  const [, time = '', parameter] = /^([^;]*?) *(?:; *(once|retries=\d{1,3}))?$/.exec(header.trim()) ?? [];
  if (parameter === undefined) return kind.parse(time);
  return isRepeatable(headers) && triesAgain(parameter, headers) ? kind.parse(time) : undefined;
}

function triesAgain(parameter: string, headers: IncomingHttpHeaders): boolean {
  if (parameter !== 'once')
    return Number(headers['x-envoy-attempt-count']) <= Number(parameter.slice('retries='.length));
  const id = givenRequestId(headers);
  if (id === undefined || limited.has(id)) return false;
  limited.set(id, true);
  return true;
}

/** Whether Envoy can send the request again, because it has kept the body. */
function isRepeatable(headers: IncomingHttpHeaders): boolean {
  return (
    headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= LARGEST_REPEATED
  );
}
