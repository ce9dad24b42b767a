import type { WireRequest, WireResponse } from '../support/http.js';
import type { Normaliser } from './normalise.js';

/** One question put to both servers. */
export interface Ask extends WireRequest {
  /** Says what is asked where method and path do not. */
  readonly note?: string;
  /** What may differ for a reason that is not the server's doing. */
  readonly normalise?: readonly Normaliser[];
  /** Sends the cookies that earlier answers to asks of the same jar have set. */
  readonly jar?: string;
  /** Takes the jar's cookies from the other server: what one mints the other must read. */
  readonly swapJar?: boolean;
  /** Sent instead of a request: these very bytes, which bring one response for each of `answers` (methods). */
  readonly raw?: string | Buffer;
  readonly answers?: readonly string[];
}

/** What remains of a response to be compared. */
export interface Answer {
  readonly status: number;
  /** `name: value`, names in lower case, sorted. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

// Framing and bookkeeping, which belong to the server and not to the API.
const ignored = new Set([
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'x-request-id',
]);

export function answerOf(response: WireResponse): Answer {
  const headers = response.headers
    .filter(([name]) => !ignored.has(name.toLowerCase()))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort();
  return { status: response.status, headers, body: response.body };
}

/** The form vitest shows and compares: text as text, anything else as length, digest and beginning. */
export function readable(answer: Answer, digest: (body: Buffer) => string): object {
  const text = answer.body.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(answer.body) && text.length <= 100_000;
  return {
    status: answer.status,
    headers: answer.headers,
    body: isText
      ? text
      : `${answer.body.length} bytes ${digest(answer.body)} ${answer.body.toString('latin1', 0, 300)}`,
  };
}

export const get = (path: string, more: Partial<Ask> = {}): Ask => ({ method: 'GET', path, ...more });
export const head = (path: string, more: Partial<Ask> = {}): Ask => ({ method: 'HEAD', path, ...more });
export const verb = (method: string, path: string, more: Partial<Ask> = {}): Ask => ({
  method,
  path,
  ...more,
});

/** A body with its content type; without a type none is sent. */
export function post(path: string, body: string | Buffer, type?: string, more: Partial<Ask> = {}): Ask {
  const headers: [string, string][] = type ? [['Content-Type', type]] : [];
  return { method: 'POST', path, body, ...more, headers: [...headers, ...(more.headers ?? [])] };
}

export function postJson(path: string, body: string, more: Partial<Ask> = {}): Ask {
  return { note: abbreviate(body), ...post(path, body, 'application/json', more) };
}

export function abbreviate(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
