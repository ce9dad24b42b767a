import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { requestId } from '../observe/request-id.js';

/** As long as Prometheus leaves between two scrapes, and more. */
const KEEP_ALIVE_MS = 72_000;

/** Largest form that is read, in bytes. */
const MAX_FORM_BYTES = 8192;

/** A request to the admin server. */
export class AdminRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  readonly query: URLSearchParams;
  /** The path without the query. */
  readonly path: string;
  readonly #body: IncomingMessage;

  constructor(raw: IncomingMessage) {
    const { headers, method = '', socket, url = '' } = raw;
    this.id = requestId(headers);
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.socket = socket;
    const [path = '', ...query] = url.split('?');
    this.path = path;
    this.query = new URLSearchParams(query.join('?'));
    this.#body = raw;
  }

  get address(): string {
    return this.socket.remoteAddress ?? '';
  }

  /** The fields of the form that it carries; undefined if that is too large. */
  async form(): Promise<URLSearchParams | undefined> {
    const { 'content-type': type = '' } = this.headers;
    if (!type.startsWith('application/x-www-form-urlencoded')) return new URLSearchParams();
    let text = '';
    for await (const part of this.#body.setEncoding('utf8')) {
      text += part;
      if (text.length > MAX_FORM_BYTES) return undefined;
    }
    return new URLSearchParams(text);
  }
}

/** The response to it. */
export class AdminReply {
  readonly raw: ServerResponse;

  constructor(raw: ServerResponse) {
    this.raw = raw;
  }

  code(status: number): this {
    this.raw.statusCode = status;
    return this;
  }

  header(name: string, value: OutgoingHttpHeader): this {
    this.raw.setHeader(name, value);
    return this;
  }

  type(type: string): this {
    return this.header('Content-Type', type);
  }

  /** Ends the response: text and bytes as they are, everything else as JSON. */
  send(value: unknown): void {
    const plain = typeof value === 'string' || Buffer.isBuffer(value);
    const body = plain ? value : JSON.stringify(value);
    if (!this.raw.hasHeader('Content-Type')) {
      this.type(plain ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8');
    }
    this.header('Content-Length', Buffer.byteLength(body)).raw.end(body);
  }

  /** Ends the response with an error that has no code. */
  fail(status: number): void {
    this.code(status).send({ error: `${status} - ${STATUS_CODES[status]}` });
  }

  redirect(target: string): void {
    this.code(303).header('Location', target).raw.end();
  }
}

export type AdminHandler = (request: AdminRequest, reply: AdminReply) => void | Promise<void>;

export interface AdminServerOwner {
  /** Called with each server before it listens. */
  opened?(server: Server): void;
  /** Called when a handler has failed. The client gets 500. */
  failed?(request: AdminRequest, error: unknown): void;
}

/** An HTTP server for exact paths, with one check before all of them. Fastify took six megabytes and 0.1 s of each start. */
export class AdminServer {
  readonly #routes = new Map<string, AdminHandler>();
  readonly #servers: Server[] = [];
  readonly #owner: AdminServerOwner;
  /** Whether a request may go on; if not, it has been answered. */
  #allows: (request: AdminRequest, reply: AdminReply) => boolean = () => true;

  constructor(owner: AdminServerOwner = {}) {
    this.#owner = owner;
  }

  /** @param allows returns false if it has answered the request. It is also asked for paths that do not exist. */
  guard(allows: (request: AdminRequest, reply: AdminReply) => boolean): void {
    this.#allows = allows;
  }

  /** Also answers HEAD. */
  get(path: string, handler: AdminHandler): void {
    this.#routes.set(`GET ${path}`, handler);
  }

  post(path: string, handler: AdminHandler): void {
    this.#routes.set(`POST ${path}`, handler);
  }

  /** Returns the URL. `localhost` means all of its addresses. */
  async listen(place: { host: string; port: number } | { fd: number }): Promise<string> {
    const server = await this.#open(place);
    const { address, family, port } = server.address() as AddressInfo;
    if ('host' in place && place.host === 'localhost') {
      const others = (await lookup('localhost', { all: true })).filter((other) => other.address !== address);
      for (const other of others) await this.#open({ host: other.address, port }).catch(() => {});
    }
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Called for each server that listens, for errors of accepted connections. */
  onError(ignore: (error: Error) => void): void {
    for (const server of this.#servers) server.on('error', ignore);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#servers.splice(0).map(async (server) => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }),
    );
  }

  async #open(place: { host: string; port: number } | { fd: number }): Promise<Server> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void this.#answer(new AdminRequest(request), new AdminReply(response));
    });
    this.#owner.opened?.(server);
    server.listen(place);
    await once(server, 'listening');
    this.#servers.push(server);
    return server;
  }

  async #answer(request: AdminRequest, reply: AdminReply): Promise<void> {
    try {
      if (!this.#allows(request, reply)) return;
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const handler = this.#routes.get(`${method} ${request.path}`);
      if (handler === undefined) reply.fail(404);
      else await handler(request, reply);
    } catch (error) {
      this.#owner.failed?.(request, error);
      if (reply.raw.headersSent) reply.raw.destroy();
      else reply.fail(500);
    }
  }
}
