import type { Field, PredictOptions } from '../../app/model-schema.js';
import { PenstockError } from '../../errors.js';
import type { Reply } from '../../http/reply.js';
import { outlineOf } from '../../json/index.js';
import type { NotRead, Read } from '../../lanes/large/job.js';
import type { ColumnSet } from '../columns.js';
import type { Endpoint } from '../endpoint.js';
import { Faults } from '../fault.js';
import type { Prediction } from '../prediction.js';
import { csvRows, formRows } from '../text-rows.js';

/** Names in a header. */
const MAX_LISTED_NAMES = 20;

/** A request to the API of a model. */
export interface ModelRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer | undefined;
  /** The `Content-Type` header; empty if there is none. */
  readonly contentType: string;
  readonly requestId: string;
}

/** A prediction to run, and how to reply with it. */
export interface PredictWork {
  readonly endpoint: Endpoint;
  readonly options: PredictOptions;
  readonly input: ColumnSet;
  /** The rows of this request are those from `from` up to `to`. */
  readonly reply: (prediction: Prediction, from: number, to: number) => Reply;
}

/** What the JSON of a request may contain. */
export const jsonLimits = { depth: 64, members: 10_000, values: 2_000_000 };

/** Bodies that a thread has parsed. */
const parsed = new WeakMap<Buffer, Read | NotRead>();

/** `jsonBody` returns this value for a body. */
export function keepJson(body: Buffer, result: Read | NotRead): void {
  parsed.set(body, result);
}

/**
 * The rows of a body that may also be CSV or a form, for the model's reader. Anything else is read as JSON whatever its
 * type: vetiver's clients send none, and curl's default is a form.
 */
export function rowsBody({ body, contentType }: ModelRequest, fields: readonly Field[]): unknown {
  if (body !== undefined && isCsv(contentType)) return csvRows(body.toString('utf8'), fields);
  const type = mediaType(contentType);
  if (type === 'multipart/form-data') {
    throw new PenstockError('body_not_json', 'Forms are read as application/x-www-form-urlencoded only.');
  }
  const isForm = type === 'application/x-www-form-urlencoded' && body !== undefined;
  if (isForm && !/^\s*([[{]|$)/.test(body.toString('latin1', 0, 100))) {
    return formRows(body.toString('utf8'), fields);
  }
  return jsonBody(body);
}

/** Whether a body is not read as JSON, so that a thread need not parse it. */
export function isCsv(contentType: string): boolean {
  return mediaType(contentType) === 'text/csv';
}

function mediaType(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}

export function jsonBody(body: Buffer | undefined): unknown {
  if (body === undefined || body.length === 0) throw new PenstockError('body_not_json', 'It is empty.');
  const known = parsed.get(body);
  if (known?.kind === 'read') return known.value;
  if (known?.kind === 'invalid') throw new PenstockError('body_not_json', `${known.reason}.`);
  const excess = known?.reason ?? outlineOf(body, jsonLimits);
  if (typeof excess === 'string') throw new PenstockError('body_too_complex', `It has ${excess}.`);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new PenstockError('body_not_json', `${(error as Error).message}.`);
  }
}

/** Adds a header that names the members that were ignored. */
export function nameIgnored(reply: Reply, { ignored }: ColumnSet): void {
  if (ignored.length === 0) return;
  const listed = ignored.slice(0, MAX_LISTED_NAMES).map(encodeURIComponent);
  const more = ignored.length - listed.length;
  reply.headers.push(['X-Ignored-Fields', `${listed.join(', ')}${more > 0 ? `, +${more}` : ''}`]);
}

/** Reads input, and fails with all faults in it. */
export function withFaults<T>(read: (faults: Faults) => T): T {
  const faults = new Faults();
  const result = read(faults);
  if (faults.count === 0) return result;
  throw inputInvalid(faults);
}

export function inputInvalid(faults: Faults): PenstockError {
  return new PenstockError('input_invalid', faults.describe(), {
    faultCount: faults.count,
    faults: faults.listed,
  });
}
