import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { Config } from '../config/load.js';
import type { WatchedFiles } from '../config/watched-files.js';
import { connectionRoom } from '../descriptors.js';
import { PenstockError } from '../errors.js';
import { type Linked, LinkedList } from '../linked-list.js';
import { requestId } from '../observe/request-id.js';
import { ConnectionLimits } from './connection-limits.js';
import { isRejection, rawErrorReply, sendError } from './error-reply.js';
import { Http2Frontend } from './http2-frontend.js';
import { linger } from './linger.js';
import { LISTEN_BACKLOG } from './listen-backlog.js';
import { Pipeline } from './pipeline.js';
import { RejectionThrottle } from './rejection-throttle.js';
import { MAX_HEADERS, requestFault } from './request-fault.js';
import { useOriginForm } from './request-target.js';
import { UnsentResponses } from './unsent-responses.js';
import { headOf, responseTo, upgradable } from './upgrades.js';

/** Interval between checks for connections that are too slow, in ms. */
const SLOW_CHECK_INTERVAL_MS = 1000;

/** How long requests on open connections may still arrive after the server closes, in ms: they may be on their way. */
const CLOSE_GRACE_MS = 100;

/** Turns of the event loop in which connections that the kernel has accepted are still taken when the server closes. */
const MAX_CLOSE_TURNS = 100;

/** How long a connection may take to close, in ms. Some closed HTTP/2 connections never do, because of faults in Node. */
const CLOSE_TIMEOUT_MS = 1000;

/** A request that is being answered. */
export interface OpenRequest extends Linked<OpenRequest> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Starts to answer it. */
  run(): void;
  /** Called when it is answered, or its client has left. */
  closed(): void;
}

/** The public HTTP server. It adds no paths to those of the app. */
export class PublicServer {
  readonly #server: Server | SecureServer;
  readonly #tls: WatchedFiles<SecureContextOptions> | undefined;
  /** Undefined if HTTP/2 is off. */
  readonly #http2: Http2Frontend | undefined;
  readonly #config: Config;
  readonly #limits: ConnectionLimits;
  readonly #throttle = new RejectionThrottle();
  readonly #unsent: UnsentResponses;
  /** Requests that are not answered yet. */
  readonly #open = new LinkedList<OpenRequest>();
  /** Connections that are closing because of invalid HTTP. */
  readonly #refused = new WeakSet<Socket>();
  /** Number of connections so far. */
  #accepted = 0;
  #draining = false;
  #closing = false;
  /** The grace time after closing is over. */
  #final = false;
  /** Set when all connections have been closed. */
  #giveUp: NodeJS.Timeout | undefined;
  #gaveUp!: () => void;
  readonly #overdue = new Promise<void>((resolve) => {
    this.#gaveUp = resolve;
  });

  /**
   * @param open    creates the open request for a request
   * @param refused called for a request that was not valid HTTP
   * @param tls     with it the server speaks HTTPS
   * @param upgrades whether the app takes WebSockets now
   */
  constructor(
    config: Config,
    open: (request: IncomingMessage, response: ServerResponse) => OpenRequest,
    refused: (error: PenstockError) => void,
    tls?: WatchedFiles<SecureContextOptions>,
    upgrades: () => boolean = () => false,
  ) {
    this.#config = config;
    this.#tls = tls;
    this.#unsent = new UnsentResponses(config, () => this.#limits, refused);
    const receive = (request: IncomingMessage, response: ServerResponse): void => {
      const { socket } = request;
      if (socket.destroyed) return; // because of a request before it
      const pipeline = Pipeline.of(socket);
      if (pipeline.full) {
        refused(new PenstockError('pipeline_full'));
        socket.destroy();
        return;
      }
      useOriginForm(request);
      const fault = requestFault(request);
      if (fault !== undefined) {
        refused(fault);
        linger(socket);
        response.setHeader('Connection', 'close');
        sendError(response, fault, requestId(request.headers));
        return;
      }
      if (this.#draining) response.setHeader('Connection', 'close');
      this.#unsent.watch(response);
      const opened = open(request, response);
      this.#open.add(opened);
      const closed = (): void => {
        if (!this.#open.delete(opened)) return;
        this.#unsent.release(response);
        if (isRejection(response) && response.shouldKeepAlive) this.#throttle.rejected(socket);
        opened.closed();
        pipeline.remove(turn);
        if (this.#closing) this.#closeWhenDone();
      };
      const turn = { request, run: () => opened.run(), left: closed };
      response.on('close', closed);
      pipeline.add(turn);
    };
    const options = {
      maxHeaderSize: config.headerLimit,
      headersTimeout: config.headerTimeout,
      requestTimeout: config.headerTimeout + config.bodyTimeout,
      keepAliveTimeout: config.keepAliveTimeout,
      connectionsCheckingInterval: SLOW_CHECK_INTERVAL_MS,
      noDelay: true,
      insecureHTTPParser: false,
      IncomingMessage: upgradable(upgrades),
      requireHostHeader: false, // `requestFault` looks at it, for an answer that says what is wrong
    };
    if (tls === undefined) this.#server = createServer(options, receive);
    else {
      // Node's TLS takes a megabyte of each gateway that loads it.
      const https = process.getBuiltinModule('node:https');
      const server = https.createServer({ ...options, ...tlsOptions(config, tls.value) }, receive);
      tls.onChange(() => server.setSecureContext(tls.value));
      if (config.http2) this.#http2 = openHttp2(server, config.keepAliveTimeout);
      this.#server = server;
    }
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      receive(request, responseTo(request, socket, head));
    });
    // A client that asks before it sends a body over the limit need not send it.
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (Number(request.headers['content-length'] ?? 0) <= config.bodyLimit) response.writeContinue();
      receive(request, response);
    });
    this.#server.maxHeadersCount = MAX_HEADERS;
    this.#limits = new ConnectionLimits(
      { ...config, room: connectionRoom(config.workers.max), tell: tls === undefined },
      refused,
    );
    this.#limits.guard(this.#server);
    this.#server.on('connection', () => {
      this.#accepted += 1;
    });
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      if (this.#refused.has(socket)) return; // more of the same
      if (error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL') || !socket.writable) {
        socket.destroy();
        return;
      }
      const known = parseFailure(error);
      refused(known);
      this.#refused.add(socket);
      linger(socket);
      // An earlier request on this connection is answered first.
      const asked = [...this.#open].findLast(({ request }) => request.socket === socket && request.complete);
      if (asked !== undefined) {
        asked.response.once('close', () => socket.destroySoon());
        return;
      }
      socket.write(rawErrorReply(known));
      socket.destroySoon();
    });
  }

  /** Memory that unsent responses take, in bytes. */
  get responseBytes(): number {
    return this.#unsent.used;
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `${this.#tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /**
   * Listens; fails with `address_unavailable`. Returns the port, which differs from the option's when that is 0.
   *
   * @param fd a socket that is already bound, instead of the configured address
   */
  async listen(fd?: number): Promise<number> {
    await listening(this.#server, this.#config, fd);
    if (this.#closing) this.#server.close(); // it was told to while it was about to listen
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on each answer asks its client to close the connection. */
  startDraining(): void {
    this.#draining = true;
    this.#http2?.startDraining();
    for (const { response } of this.#open)
      if (!response.headersSent) response.setHeader('Connection', 'close');
  }

  /** Takes no more connections; resolves when the last request has been answered. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#throttle.close();
    this.#tls?.close();
    if (!this.#server.listening) {
      this.#limits.close();
      return;
    }
    const closed = once(this.#server, 'close');
    await this.#emptyBacklog();
    // http's close() also closes idle connections, on which a request may be on its way.
    NetServer.prototype.close.call(this.#server);
    const graceOver = setTimeout(() => {
      this.#final = true;
      this.#limits.close();
      this.#closeWhenDone();
    }, CLOSE_GRACE_MS);
    await Promise.race([closed, this.#overdue]);
    clearTimeout(this.#giveUp);
    this.#unsent.close();
    clearTimeout(graceOver);
  }

  /** Accepts the connections that wait in the kernel, which would be reset otherwise, until a turn brings none. */
  async #emptyBacklog(): Promise<void> {
    let before = -1;
    for (let turns = 0; before !== this.#accepted && turns < MAX_CLOSE_TURNS; turns += 1) {
      before = this.#accepted;
      await new Promise(setImmediate);
    }
  }

  /** Node would wait until the clients close their idle connections. */
  #closeWhenDone(): void {
    if (this.#final && this.#open.size === 0) this.closeNow();
  }

  /** Closes all connections, even those with requests. */
  closeNow(): void {
    this.#server.closeAllConnections();
    for (const { request } of this.#open) if (headOf(request) !== undefined) request.socket.destroy();
    this.#http2?.closeNow();
    this.#giveUp ??= setTimeout(this.#gaveUp, CLOSE_TIMEOUT_MS);
  }
}

function tlsOptions({ headerTimeout, http2, tlsClientCa, tlsClients }: Config, files: SecureContextOptions) {
  return {
    ...files,
    minVersion: 'TLSv1.2' as const,
    handshakeTimeout: headerTimeout,
    requestCert: tlsClientCa !== undefined,
    rejectUnauthorized: tlsClientCa !== undefined && tlsClients === 'required',
    ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
  };
}

/** Hands connections of HTTP/2 clients to a server of their own. */
function openHttp2(server: SecureServer, idleTimeout: number): Http2Frontend {
  const [accept] = server.listeners('secureConnection') as ((socket: unknown) => void)[];
  const http2 = new Http2Frontend((socket) => accept!.call(server, socket), idleTimeout);
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') http2.take(socket);
    else accept!.call(server, socket);
  });
  return http2;
}

/** Waits until `server` listens, or fails with what is wrong with the address. */
async function listening(server: Server, { host, port }: Config, fd: number | undefined): Promise<void> {
  server.listen({ ...(fd === undefined ? { host, port } : { fd }), backlog: LISTEN_BACKLOG });
  try {
    await once(server, 'listening');
  } catch (error) {
    if (fd === undefined) throw addressError(error as NodeJS.ErrnoException, host, port);
    throw passedError(fd);
  }
  if (typeof server.address() === 'string') throw passedError(fd!);
  server.on('error', ignoreFailedAccept);
}

/** Without descriptors, a new connection can't be accepted. Those that are open go on. */
export function ignoreFailedAccept(): void {}

export function passedError(fd: number): PenstockError {
  return new PenstockError(
    'address_unavailable',
    `Descriptor ${fd}, passed by LISTEN_FDS, is no TCP socket that is bound to an address.`,
  );
}

/** `address_unavailable`, in words. */
export function addressError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another process is listening there',
    EACCES: 'ports below 1024 need more rights',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'the host name is not known',
  };
  const reason = reasons[error.code ?? ''];
  return reason === undefined
    ? error
    : new PenstockError('address_unavailable', `${host}:${port}: ${reason}.`);
}

/** Node's parser and its timers, translated. */
function parseFailure(error: NodeJS.ErrnoException & { reason?: string }): PenstockError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new PenstockError('headers_too_large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PenstockError('request_timeout');
    default:
      return new PenstockError('bad_request', error.reason === undefined ? undefined : `${error.reason}.`);
  }
}
