import type { IncomingMessage } from 'node:http';
import { originOf, plainAddress } from '../../http/origin.js';
import {
  type RCharacter,
  type RValue,
  rList,
  rNativeString,
  rNull,
  rRaw,
  rString,
  writeRDataPieces,
} from '../../rdata/index.js';
import { bufferOf } from '../large/job.js';

/** The payload of the plumber lane: the variables of the request, and its body. */
export function rookPayload(request: IncomingMessage, body: Buffer | undefined, jsonForm: boolean): Buffer[] {
  return writeRDataPieces(rList([rookVariables(request, jsonForm), rookBody(body)])).map(bufferOf);
}

/** httpuv does not distinguish an empty body from none. */
export function rookBody(body: Buffer | undefined): RValue {
  return body === undefined || body.length === 0 ? rNull : rRaw(body);
}

/**
 * The variables of a request as httpuv, plumber's server, sets them (httpuv 1.6, `requestToEnv()`). Node provides text
 * as latin1, one character per byte; R gets the original bytes.
 *
 * @param jsonForm whether to read a body with a form's type as JSON
 * @param reads    names of the variables that are needed besides method and path; undefined for all
 */
export function rookVariables(
  request: IncomingMessage,
  jsonForm: boolean,
  reads?: readonly string[],
): RValue {
  const url = request.url!;
  const query = url.indexOf('?');
  const method = rString(request.method!);
  const path = bytes(query < 0 ? url : url.slice(0, query));
  if (reads?.length === 0) return rList([method, path], ALWAYS);

  const names: string[] = [];
  const values: RValue[] = [];
  const add = (name: string, value: RValue): void => {
    if (reads !== undefined && !reads.includes(name) && !ALWAYS.includes(name)) return;
    names.push(name);
    values.push(value);
  };
  const headers = combineHeaders(request.rawHeaders);
  if (jsonForm) headers.set('content-type', 'application/json');
  const { socket } = request;
  const { address, port, scheme } = originOf(request);
  add('REQUEST_METHOD', method);
  add('SCRIPT_NAME', rString(''));
  add('PATH_INFO', path);
  add('QUERY_STRING', bytes(query < 0 ? '' : url.slice(query)));
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

/** Variables that the direct lane's own R code reads. */
const ALWAYS = ['REQUEST_METHOD', 'PATH_INFO'];

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
