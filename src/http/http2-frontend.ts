import { type ClientRequest, type IncomingMessage, request as sendRequest } from 'node:http';
import type {
  Http2Server,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { PenstockError } from '../errors.js';
import { errorBody } from './error-reply.js';
import { socketPair } from './socket-pair.js';

/** Concurrent requests on one connection. */
const MAX_STREAMS = 100;
/** Connection headers of HTTP/1.1, which HTTP/2 does not have. */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Imported here, Node's HTTP/2 would take three megabytes of each gateway, most of which do not use it. */
const http2 = () => process.getBuiltinModule('node:http2');

/** HTTP/1.1 allows statuses up to 999. */
const MAX_STATUS = 599;

/** Methods whose requests have no Content-Length if they have no body. */
const BODILESS_METHODS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/**
 * Serves HTTP/2. Each request continues as HTTP/1.1 over an in-memory connection to the server for all other requests,
 * so that every request takes one path, with one set of checks and limits.
 */
export class Http2Frontend {
  readonly #server: Http2Server;
  readonly #sessions = new Map<ServerHttp2Session, { open: number }>();
  readonly #accept: (socket: Duplex) => void;
  readonly #idleTimeout: number;
  #draining = false;

  /**
   * @param accept      takes an HTTP/1.1 connection
   * @param idleTimeout how long a connection may be open without a request, in ms
   */
  constructor(accept: (socket: Duplex) => void, idleTimeout: number) {
    this.#accept = accept;
    this.#idleTimeout = idleTimeout;
    this.#server = http2().createServer({
      settings: { maxConcurrentStreams: MAX_STREAMS, enablePush: false },
    });
    this.#server.on('session', (session) => this.#begin(session));
    this.#server.on('sessionError', () => {}); // caused by the client; the session is closed
    this.#server.on(
      'stream',
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]) =>
        this.#pass(stream, headers, raw),
    );
  }

  take(socket: TLSSocket): void {
    this.#server.emit('connection', socket);
  }

  /** Connections accept no more requests. Clients that send one are told to retry on a new connection. */
  startDraining(): void {
    this.#draining = true;
    for (const session of this.#sessions.keys()) session.close();
  }

  /** Closes the remaining connections, with their requests. */
  closeNow(): void {
    for (const session of this.#sessions.keys()) session.destroy();
  }

  #begin(session: ServerHttp2Session): void {
    const state = { open: 0 };
    this.#sessions.set(session, state);
    session.setTimeout(this.#idleTimeout, () => {
      if (state.open === 0) session.close();
    });
    session.on('close', () => this.#sessions.delete(session));
    session.on('error', () => {});
    session.on('stream', (stream) => {
      state.open += 1;
      stream.once('close', () => {
        state.open -= 1;
      });
      if (this.#draining) session.close();
    });
  }

  #pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]): void {
    stream.on('error', () => {}); // 'close' follows
    const { session } = stream;
    const socket = session?.socket as TLSSocket | undefined;
    if (socket === undefined) return;
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    const ends = { localAddress, localPort, remoteAddress, remotePort, encrypted: true as const };
    const { client, server } = socketPair({ ...ends, authorized: socket.authorized });
    Object.assign(server, { getPeerCertificate: () => socket.getPeerCertificate() });
    let inner: ClientRequest;
    try {
      inner = sendRequest({
        method: String(headers[':method']),
        path: String(headers[':path']),
        headers: requestHeaders(headers, raw, stream.endAfterHeaders) as never,
        setHost: false,
        createConnection: () => client as TLSSocket,
      });
    } catch {
      client.destroy();
      stream.respond({ ':status': 400 }, { endStream: true });
      return;
    }
    this.#accept(server);
    inner.on('continue', () => {
      if (!stream.destroyed && !stream.headersSent) stream.additionalHeaders({ ':status': 100 });
    });
    inner.on('response', (answer) => respond(stream, answer));
    inner.on('error', () => stream.close(http2().constants.NGHTTP2_INTERNAL_ERROR));
    stream.on('close', () => inner.destroy());
    stream.on('aborted', () => inner.destroy());
    stream.pipe(inner);
  }
}

/** The headers in HTTP/1.1 form, in order. */
function requestHeaders(
  headers: IncomingHttpHeaders,
  raw: readonly string[],
  withoutBody: boolean,
): string[] {
  const list: string[] = [];
  // HTTP/2 may send the host in either header. If both differ, there are two Host headers, which is an error.
  const authority = headers[':authority'];
  if (authority !== undefined && authority !== headers.host) list.push('Host', String(authority));
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    if (!name.startsWith(':') && name !== 'cookie' && !HOP_BY_HOP.has(name)) list.push(name, raw[i + 1]!);
  }
  // HTTP/2 may split the Cookie header.
  if (headers.cookie !== undefined) list.push('cookie', headers.cookie);
  if (headers['content-length'] !== undefined) return list;
  if (!withoutBody) list.push('Transfer-Encoding', 'chunked');
  else if (!BODILESS_METHODS.has(String(headers[':method']))) list.push('Content-Length', '0');
  return list;
}

function respond(stream: ServerHttp2Stream, answer: IncomingMessage): void {
  if (stream.destroyed) {
    answer.destroy();
    return;
  }
  const status = answer.statusCode!;
  if (status > MAX_STATUS) {
    answer.destroy();
    const error = new PenstockError(
      'response_invalid',
      `Its status is ${status}; HTTP/2 has 200 to ${MAX_STATUS}.`,
    );
    stream.respond({ ':status': error.entry.status!, 'content-type': 'application/json' });
    stream.end(errorBody(error, answer.headers['x-request-id'] as string | undefined));
    return;
  }
  const headers: OutgoingHttpHeaders = { ':status': status };
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i]!.toLowerCase();
    const value = answer.rawHeaders[i + 1]!;
    if (HOP_BY_HOP.has(name) || name === 'te') continue;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else headers[name] = Array.isArray(before) ? [...before, value] : [String(before), value];
  }
  if (status === 204 || status === 205) delete headers['content-length']; // HTTP/2 has no body for them
  // close() would end the stream first, so a client could take what it has for the whole.
  answer.on('aborted', () => stream.destroy(new Error('the response was cut')));
  try {
    stream.respond(headers, { endStream: false });
  } catch {
    // HTTP/2 allows only one value of some headers. Most HTTP/1.1 clients use the first.
    for (const [name, value] of Object.entries(headers)) {
      if (Array.isArray(value) && name !== 'set-cookie') headers[name] = value[0];
    }
    stream.respond(headers);
  }
  // A stream with a status such as 205, which has no body, has already ended.
  if (stream.writableEnded) answer.resume();
  else answer.pipe(stream);
}
