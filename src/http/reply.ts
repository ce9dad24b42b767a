import { open, unlink } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip, gzipSync } from 'node:zlib';
import { PenstockError } from '../errors.js';
import { readRData, toPlain } from '../rdata/index.js';
import { gatewayHeaders, withGatewayHeaders } from './gateway-headers.js';

/** What is to be sent to a client. */
export interface Reply {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body?: Buffer;
  /** A large body instead, whose pieces are taken out as they are sent. */
  readonly pieces?: Buffer[];
  /** Path of the file that is the body, and whether it is to be removed once sent. */
  readonly file?: string;
  readonly owned?: boolean;
}

/** Bodies up to this are compressed at once: the thread pool's round trip would cost more. */
const SMALL = 4096;
/** Bodies up to this are handed to Node as text, a byte per character: it then sends head and body in one piece. */
const ONE_PIECE = 16 * 1024;
const gzipAsync = promisify(gzip);

/** The payload of a result frame. Throws `response_invalid` if HTTP has no room for what the app wants to say. */
export function replyFrom(payload: Buffer): Reply {
  const plain = toPlain(readRData(payload)) as Record<string, unknown>;
  return {
    status: checkedStatus(plain.status as number | null),
    headers: headerPairs(plain.names as string | string[], plain.values as string | string[]),
    ...(plain.body !== undefined && { body: plain.body as Buffer }),
    ...(typeof plain.file === 'string' && { file: plain.file, owned: plain.owned === true }),
  };
}

/**
 * Sends an answer as httpuv would: its status, its headers in order, and its body, compressed when the client takes
 * gzip and the app has not encoded it itself. Throws `response_invalid` before anything is sent if a header can't be.
 * Most answers are sent when it returns; else it gives a promise.
 */
export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): Promise<void> | undefined {
  const { body, file, headers, pieces, status } = reply;
  if (file === undefined && pieces === undefined && !acceptsGzip(request)) {
    sendBody(response, status, headers, body);
    return undefined;
  }
  return sendLater(request, response, reply);
}

function sendBody(
  response: ServerResponse,
  status: number,
  headers: [string, string][],
  body: Buffer | undefined,
): void {
  if (body !== undefined) setLength(headers, body.length);
  writeHead(response, status, headers);
  if (body !== undefined && body.length <= ONE_PIECE) response.end(body.toString('latin1'), 'latin1');
  else response.end(body);
}

async function sendLater(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const { file, headers, owned, status } = reply;
  const compress =
    acceptsGzip(request) && !headers.some(([name]) => name.toLowerCase() === 'content-encoding');
  if (file !== undefined) {
    await sendFile(response, status, headers, file, owned === true, compress);
    return;
  }
  if (reply.pieces !== undefined) {
    await sendPieces(response, reply.status, headers, reply.pieces, compress);
    return;
  }
  let { body } = reply;
  if (body !== undefined && compress) {
    headers.push(['Content-Encoding', 'gzip']);
    body = body.length <= SMALL ? gzipSync(body) : await gzipAsync(body);
  }
  sendBody(response, status, headers, body);
}

/** Each piece is let go of when the client takes the next. */
async function sendPieces(
  response: ServerResponse,
  status: number,
  headers: [string, string][],
  pieces: Buffer[],
  compress: boolean,
): Promise<void> {
  let body = pieces;
  if (compress) {
    headers.push(['Content-Encoding', 'gzip']);
    body = await gzipped(pieces);
  }
  setLength(headers, bytesOf(body));
  writeHead(response, status, headers);
  await pipeline(Readable.from(taken(body)), response);
}

async function gzipped(pieces: Buffer[]): Promise<Buffer[]> {
  const zipped: Buffer[] = [];
  await pipeline(Readable.from(taken(pieces)), createGzip(), async (source: AsyncIterable<Buffer>) => {
    for await (const piece of source) zipped.push(piece);
  });
  return zipped;
}

function* taken(pieces: Buffer[]): Generator<Buffer> {
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) yield piece;
}

/** Of several pieces in all. */
export function bytesOf(pieces: readonly Buffer[]): number {
  let sum = 0;
  for (const { length } of pieces) sum += length;
  return sum;
}

export function tooLarge(bytes: string, limit: number): PenstockError {
  return new PenstockError('response_too_large', `It has ${bytes} bytes, and ${limit} are the limit.`);
}

async function sendFile(
  response: ServerResponse,
  status: number,
  headers: [string, string][],
  file: string,
  owned: boolean,
  compress: boolean,
): Promise<void> {
  try {
    const { size, source } = await openFile(file);
    if (compress) headers.push(['Content-Encoding', 'gzip']);
    else setLength(headers, size);
    try {
      writeHead(response, status, headers);
    } catch (error) {
      source.destroy();
      throw error;
    }
    await (compress ? pipeline(source, createGzip(), response) : pipeline(source, response));
  } finally {
    if (owned) await unlink(file).catch(() => {});
  }
}

/** Opened before anything is sent: then it can still be said that it can't be read. */
async function openFile(file: string): Promise<{ size: number; source: Readable }> {
  const handle = await open(file).catch(() => undefined);
  const info = await handle?.stat();
  if (handle === undefined || info?.isFile() !== true) {
    await handle?.close();
    throw new PenstockError('response_invalid', `Its body is the file ${file}, which cannot be read.`);
  }
  return { size: info.size, source: handle.createReadStream() };
}

/** The true length takes the place of one that the app has set: a wrong one would garble the connection. */
function setLength(headers: [string, string][], length: number): void {
  const at = headers.findIndex(([name]) => isNamed(name, 'content-length'));
  if (at >= 0) headers.splice(at, 1);
  headers.push(['Content-Length', String(length)]);
}

/** Whether a header has this name, given in lower case. */
function isNamed(name: string, wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted;
}

/** How messages are framed on a connection, and what becomes of it, is between the gateway and its client. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

/** Node takes header texts as latin1, one character per byte; R's strings are UTF-8. */
export function headerPairs(names: string | string[], values: string | string[]): [string, string][] {
  const valueList = Array.isArray(values) ? values : [values];
  const pairs: [string, string][] = [];
  (Array.isArray(names) ? names : [names]).forEach((name, i) => {
    if (!HOP_BY_HOP.has(name.toLowerCase())) pairs.push([latin1(name), latin1(valueList[i] ?? '')]);
  });
  return pairs;
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A final status, as HTTP has them. */
export function checkedStatus(status: number | null): number {
  if (status !== null && status >= 200 && status <= 999) return status;
  throw new PenstockError(
    'response_invalid',
    `Its status is ${status ?? 'NA'}; a final answer has 200 to 999.`,
  );
}

function writeHead(response: ServerResponse, status: number, appHeaders: [string, string][]): void {
  const own = gatewayHeaders(response);
  const headers = own === undefined ? appHeaders : withGatewayHeaders(appHeaders, own);
  // The app's own Date, which plumber sets, is the only one.
  if (headers.some(([name]) => isNamed(name, 'date'))) response.sendDate = false;
  try {
    if (response.getHeaderNames().length === 0) {
      const flat: string[] = [];
      for (const [name, value] of headers) flat.push(name, value);
      response.writeHead(status, flat);
    } else {
      // With headers set before (that the connection is to close), writeHead() would keep one of several of a name.
      for (const [name, value] of headers) response.appendHeader(name, value);
      response.writeHead(status);
    }
  } catch (error) {
    response.sendDate = true;
    throw new PenstockError('response_invalid', `${(error as Error).message}.`);
  }
}

/** httpuv's own test: the word anywhere in the header. */
function acceptsGzip(request: IncomingMessage): boolean {
  return request.headers['accept-encoding']?.includes('gzip') === true;
}
