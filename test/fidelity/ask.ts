import type { WireRequest, WireResponse } from '../support/http.js';
import type { Normaliser } from './normalise.js';

/** One request that both servers receive. */
export interface Ask extends WireRequest {
  /** Describes the request where method and path do not. */
  readonly note?: string;
  /** Replaces what may differ for reasons that the server does not control. */
  readonly normalise?: readonly Normaliser[];
  /** Sends the cookies that earlier responses to asks with the same jar have set. */
  readonly jar?: string;
  /** Sends the cookies of the other server: each server must read what the other wrote. */
  readonly swapJar?: boolean;
  /** Sends exactly these bytes instead of a request. They cause one response for each method in `answers`. */
  readonly raw?: string | Buffer;
  readonly answers?: readonly string[];
}

/** The parts of a response that are compared. */
export interface Answer {
  readonly status: number;
  /** `name: value`, names in lower case, sorted. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

// Headers for framing and bookkeeping, which belong to the server and not to the API.
const ignored = new Set([
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'x-request-id',
]);

/** What Penstock adds to files, so that clients can ask for a part of them, or for changes. */
const ADDED_TO_FILES = /^(accept-ranges: bytes|etag: (W\/)?"[0-9a-f]+-[0-9a-f]+")$/;

export function answerOf(response: WireResponse): Answer {
  const headers = response.headers
    .filter(([name]) => !ignored.has(name.toLowerCase()))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .filter((header) => !ADDED_TO_FILES.test(header))
    .sort();
  return { status: response.status, headers, body: response.body };
}

/** The form that vitest compares and shows: text as it is, other bodies as length, digest and first bytes. */
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

/** A POST request. Without a type, it has no Content-Type header. */
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
