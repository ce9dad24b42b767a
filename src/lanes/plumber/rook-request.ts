import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Origin, originOf, plainAddress } from '../../http/origin.js';
import {
  type RCharacter,
  type RValue,
  rList,
  rNativeString,
  rNull,
  rRaw,
  rString,
  writeRData,
  writeRDataPieces,
} from '../../rdata/index.js';
import { bufferOf } from '../large/job.js';

/** The payload of the plumber lane: the variables of the request, and its body. */
export function rookPayload(
  request: IncomingMessage,
  body: Buffer | string | undefined,
  jsonForm: boolean,
): Buffer[] {
  return writeRDataPieces(rList([rookFields(request, jsonForm), rookBody(body)])).map(bufferOf);
}

/** The variables of a request without a body, serialized. */
export function rookVector(request: IncomingMessage): Buffer {
  return bufferOf(writeRData(rookVariables(request, originOf(request), false)));
}

/**
 * httpuv does not distinguish an empty body from none.
 *
 * @param body its bytes, or the path of a file with them
 */
export function rookBody(body: Buffer | string | undefined): RValue {
  if (typeof body === 'string') return rNativeString([Buffer.from(body)]);
  return body === undefined || body.length === 0 ? rNull : rRaw(body);
}

/** What the variables of a connection's requests have in common as long as headers and origin are the same. */
interface ConnectionFields {
  readonly rawHeaders: readonly string[];
  readonly origin: Origin;
  readonly jsonForm: boolean;
  /** What comes before the variables of the request line in a serialized list, and after them. */
  readonly before: Buffer;
  readonly after: Buffer;
}

const connections = new WeakMap<Socket, ConnectionFields>();

/**
 * The variables of a request as httpuv, plumber's server, sets them (httpuv 1.6, `requestToEnv()`): a list by name,
 * serialized, which R reads when something looks at the request. Node provides text as latin1, one character per byte; R
 * gets the original bytes.
 *
 * @param jsonForm whether to read a body with a form's type as JSON
 */
export function rookFields(request: IncomingMessage, jsonForm: boolean): RValue {
  const { rawHeaders, socket } = request;
  const line = writeRData(rList(requestLine(request))).subarray(LIST_HEAD_BYTES);
  const origin = originOf(request);
  let known = connections.get(socket);
  if (known === undefined || known.jsonForm !== jsonForm || !isFor(known, rawHeaders, origin)) {
    const whole = writeRData(rookVariables(request, origin, jsonForm));
    const before = whole.subarray(0, LIST_HEAD_BYTES);
    known = { rawHeaders, origin, jsonForm, before, after: whole.subarray(LIST_HEAD_BYTES + line.length) };
    connections.set(socket, known);
  }
  return rRaw(Buffer.concat([known.before, line, known.after]));
}

/** Magic bytes, format, writer, and oldest reader; type and length of the list. */
const LIST_HEAD_BYTES = 2 + 3 * 4 + 2 * 4;

function isFor(
  known: ConnectionFields,
  headers: readonly string[],
  { address, port, scheme }: Origin,
): boolean {
  const { origin, rawHeaders } = known;
  return (
    origin.address === address &&
    origin.port === port &&
    origin.scheme === scheme &&
    rawHeaders.length === headers.length &&
    rawHeaders.every((text, i) => text === headers[i])
  );
}

const REQUEST_LINE = ['REQUEST_METHOD', 'SCRIPT_NAME', 'PATH_INFO', 'QUERY_STRING'];

/** The values of the variables in `REQUEST_LINE`. */
function requestLine({ method, url }: IncomingMessage): RValue[] {
  const query = url!.indexOf('?');
  const [path, search] = query < 0 ? [url!, ''] : [url!.slice(0, query), url!.slice(query)];
  return [rString(method!), rString(''), bytes(path), bytes(search)];
}

function rookVariables(request: IncomingMessage, origin: Origin, jsonForm: boolean): RValue {
  const names = [...REQUEST_LINE];
  const values = requestLine(request);
  const add = (name: string, value: RValue): void => {
    names.push(name);
    values.push(value);
  };
  const headers = combineHeaders(request.rawHeaders);
  if (jsonForm) headers.set('content-type', 'application/json');
  const { socket } = request;
  const { address, port, scheme } = origin;
  add('rook.version', rString('1.1-0'));
  add('rook.url_scheme', rString(scheme));
  add('SERVER_NAME', rString(plainAddress(socket.localAddress)));
  add('SERVER_PORT', rString(String(socket.localPort ?? '')));
  add('REMOTE_ADDR', rString(address));
  add('REMOTE_PORT', rString(port));
  add('HEADERS', headersVector(headers));
  for (const [name, value] of headers) {
    add(`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, bytes(value));
    if (name === 'content-type' || name === 'content-length') {
      add(name === 'content-type' ? 'CONTENT_TYPE' : 'CONTENT_LENGTH', bytes(value));
    }
  }
  return rList(values, names);
}

/** Headers by lower-case name, in order. Values of repeated headers are joined with commas, without empty ones. */
function combineHeaders(raw: readonly string[]): Map<string, string> {
  const seen = new Map<string, string>();
  const names: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const value = raw[i + 1]!;
    const before = seen.get(name);
    if (before === undefined) names.push(name);
    seen.set(
      name,
      before === undefined || before === '' ? value : value === '' ? before : `${before},${value}`,
    );
  }
  names.sort();
  return new Map(names.map((name) => [name, seen.get(name)!]));
}

function headersVector(headers: Map<string, string>): RCharacter {
  const vector = nativeVector([...headers.values()]);
  vector.attributes = [{ name: 'names', value: nativeVector([...headers.keys()]) }];
  return vector;
}

function bytes(latin1: string): RCharacter {
  return nativeVector([latin1]);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this matches all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

function nativeVector(latin1: string[]): RCharacter {
  if (latin1.every((text) => ASCII.test(text))) return rString(latin1);
  return rNativeString(latin1.map((text) => Buffer.from(text, 'latin1')));
}
