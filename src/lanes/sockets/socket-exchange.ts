import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocketServer } from 'ws';
import { PenstockError } from '../../errors.js';
import { sendError } from '../../http/error-reply.js';
import type { OpenRequest } from '../../http/public-server.js';
import { replyFrom, sendReply } from '../../http/reply.js';
import { headOf } from '../../http/upgrades.js';
import { requestId } from '../../observe/request-id.js';
import type { SocketPeer, WorkerSockets } from '../../pool/worker-sockets.js';
import { pathOf } from '../app-routes.js';
import type { ExchangeRecord } from '../exchange-record.js';
import { rookVector } from '../plumber/rook-request.js';
import { OpenSocket } from './open-socket.js';

export interface SocketOptions {
  /** Time limit of the handshake, in ms. */
  readonly timeout: number;
  /** Largest message of a client, in bytes. */
  readonly bodyLimit: number;
  /** Interval between pings, in ms; 0 for none. */
  readonly websocketPing: number;
  /** What may wait for R, and for the client, in bytes. */
  readonly websocketBuffer: number;
}

/** What the handshake of a WebSocket needs from its version of the app and from the gateway. */
export interface SocketContext {
  /** The WebSockets of the worker that gets the next one; undefined if no worker is ready. */
  place(): WorkerSockets | undefined;
  /** Whether the server is about to stop. */
  draining(): boolean;
  readonly options: SocketOptions;
  finished(record: ExchangeRecord): void;
}

/** httpuv chooses no subprotocol, and compresses nothing by default. */
const common = { noServer: true, clientTracking: false, perMessageDeflate: false } as const;
/** R gets a message in one piece, and can hold no more. */
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** The handshake of a WebSocket, and the connection that it becomes. */
export class SocketExchange implements OpenRequest, SocketPeer {
  next: OpenRequest | undefined;
  previous: OpenRequest | undefined;
  listed = false;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #context: SocketContext;
  readonly #id: string;
  readonly #startedAt = performance.now();
  #sockets: WorkerSockets | undefined;
  #number = 0;
  #server: WebSocketServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set when the handshake is complete. */
  #open: OpenSocket | undefined;
  #error: PenstockError | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, context: SocketContext) {
    this.request = request;
    this.response = response;
    this.#context = context;
    this.#id = requestId(request.headers);
  }

  run(): void {
    const { headers } = this.request;
    if (!KEY.test(headers['sec-websocket-key'] ?? '') || headers['sec-websocket-version'] !== '13') {
      this.#fail(new PenstockError('bad_request', 'It is not a valid handshake of a WebSocket (RFC 6455).'));
      return;
    }
    this.#handshake().catch((error: unknown) => {
      this.#fail(new PenstockError('response_invalid', `${String(error)}.`));
    });
  }

  async #handshake(): Promise<void> {
    const { draining, options, place } = this.#context;
    const { WebSocketServer } = await import('ws'); // few apps use it
    if (this.request.socket.destroyed) return;
    const maxPayload = Math.min(options.bodyLimit, MAX_MESSAGE_BYTES);
    this.#server = new WebSocketServer({ ...common, maxPayload, handleProtocols: () => false });
    this.#sockets = draining() ? undefined : place();
    if (this.#sockets === undefined) {
      this.#fail(new PenstockError(draining() ? 'draining' : 'no_workers'));
      return;
    }
    this.#number = this.#sockets.open(rookVector(this.request), this);
    this.#timer = setTimeout(() => {
      this.#sockets!.closed(this.#number);
      this.#fail(new PenstockError('deadline_exceeded', `R did not accept the WebSocket in time.`));
    }, options.timeout);
  }

  accepted(): void {
    clearTimeout(this.#timer);
    const { request, response } = this;
    const { websocketBuffer, websocketPing } = this.#context.options;
    const { socket } = request;
    if (socket.destroyed) return; // `closed` follows
    response.detachSocket(socket);
    this.#server!.handleUpgrade(request, socket, headOf(request)!, (client) => {
      this.#open = new OpenSocket(client, {
        ping: websocketPing,
        buffer: websocketBuffer,
        message: (data, binary) => this.#sockets!.message(this.#number, data, binary),
        closed: () => this.#sockets!.closed(this.#number),
      });
      this.#record(101);
    });
  }

  refused(payload: Buffer): void {
    clearTimeout(this.#timer);
    try {
      const reply = replyFrom(payload);
      reply.headers.unshift(['X-Request-Id', this.#id]);
      sendReply(this.request, this.response, reply)?.catch(() => this.response.destroy());
    } catch (error) {
      this.#fail(error as PenstockError);
    }
  }

  message(data: Buffer | string): void {
    this.#open?.send(data);
  }

  taken(bytes: number): void {
    this.#open?.taken(bytes);
  }

  close(code: number, reason: string): void {
    if (this.#open !== undefined) this.#open.close(code, reason);
    else if (!this.response.headersSent) this.#fail(new PenstockError('worker_lost', `${reason}.`));
  }

  closed(): void {
    clearTimeout(this.#timer);
    this.#sockets?.closed(this.#number);
    this.#open?.ended();
    if (this.#open === undefined) this.#record(this.response.headersSent ? this.response.statusCode : 0);
  }

  #fail(error: PenstockError): void {
    clearTimeout(this.#timer);
    this.#error = error;
    sendError(this.response, error, this.#id);
  }

  #record(status: number): void {
    this.#context.finished({
      request: this.request,
      id: this.#id,
      method: this.request.method!,
      path: pathOf(this.request.url!),
      status,
      bytes: 0,
      error: this.#error,
      tickets: [],
      lane: 'httpuv',
      duration: performance.now() - this.#startedAt,
    });
  }
}
