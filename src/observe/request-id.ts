import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What may stand in logs, headers and URLs unescaped. */
const VALID_ID = /^[A-Za-z0-9._:/+=@-]{1,128}$/;
/** W3C Trace Context: trace id and parent id are not all zero, and the version is not ff. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The client's own X-Request-Id if it is usable, else the trace id of its traceparent, else a new one. */
export function requestId(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  if (typeof given === 'string' && VALID_ID.test(given)) return given;
  const traceparent = headers.traceparent;
  const traced = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return traced ?? randomUUID();
}
