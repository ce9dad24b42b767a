import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { PenstockError } from '../errors.js';
import { gatewayHeaders, withGatewayHeaders } from './gateway-headers.js';
import { holdUnsent } from './unsent-responses.js';

/** Responses that reject a request without R having run it. */
const rejections = new WeakSet<ServerResponse>();

/** Whether a response rejects its request. */
export function isRejection(response: ServerResponse): boolean {
  return rejections.has(response);
}

/** Body of Penstock's own error answers; `error` has the form of plumber's. */
export function errorBody(error: PenstockError, requestId: string | undefined): string {
  const status = error.entry.status ?? 500;
  return JSON.stringify({
    error: `${status} - ${STATUS_CODES[status]}`,
    code: error.code,
    message: error.message,
    hint: error.entry.hint,
    ...error.more,
    requestId,
  });
}

/**
 * Answers with one of Penstock's own errors.
 *
 * @param retryAfter whole seconds for the Retry-After header
 */
export function sendError(
  response: ServerResponse,
  error: PenstockError,
  requestId: string,
  retryAfter?: number,
): void {
  if (response.headersSent) {
    response.destroy(); // too late to say anything: a cut connection is the only honest signal left
    return;
  }
  // What was meant for the app's own answer; that the connection is to close stands.
  for (const name of response.getHeaderNames()) if (name !== 'connection') response.removeHeader(name);
  for (const [name, value] of withGatewayHeaders([], gatewayHeaders(response) ?? []))
    response.setHeader(name, value);
  const status = error.entry.status ?? 500;
  // A load balancer that asks another replica must not lose its connection to this one.
  const isClientFault = status < 500 && error.code !== 'no_worker_free';
  if (isClientFault || status === 503) rejections.add(response);
  const body = errorBody(error, requestId);
  response.statusCode = status;
  response.statusMessage = STATUS_CODES[status]!; // it may be that of a response which could not be sent
  response.setHeader('X-Request-Id', requestId);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  response.end(body);
  if (response.writableLength > 0) holdUnsent(response, response.writableLength);
}

const PASSING = new Set(['queue_full', 'no_workers', 'draining', 'body_memory_full', 'body_disk_full']);

/** Whether the same request may be answered after a while. */
export function isPassing({ code }: PenstockError): boolean {
  return PASSING.has(code);
}

/** The same on a bare socket, for a request that could not be parsed. */
export function rawErrorReply(error: PenstockError): string {
  const status = error.entry.status ?? 500;
  const body = errorBody(error, undefined);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
