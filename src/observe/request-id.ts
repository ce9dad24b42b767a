import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Safe in logs, headers and URLs without escaping. */
const VALID_ID = /^[A-Za-z0-9._:/+=@-]{1,128}$/;
/** W3C Trace Context: the ids are not all zeros, and the version is not ff. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The client's `X-Request-Id` if it is valid, otherwise the trace id of its `traceparent`, otherwise a new id. */
export function requestId(headers: IncomingHttpHeaders): string {
  const given = givenRequestId(headers);
  if (given !== undefined) return given;
  const traceparent = headers.traceparent;
  const traced = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return traced ?? randomUUID();
}

/** The `X-Request-Id` that the client or a proxy has set; undefined if there is none, or if it is not valid. */
export function givenRequestId(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['x-request-id'];
  return typeof given === 'string' && VALID_ID.test(given) ? given : undefined;
}
