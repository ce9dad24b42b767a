import { type Frame, FrameType } from '../protocol/frame.js';
import { readRData, rNativeString, rRaw, toPlain, writeRData } from '../rdata/index.js';

/** A WebSocket as its worker sees it. */
export interface SocketPeer {
  /** R takes it: its handshake can be completed. */
  accepted(): void;
  /** R answers the handshake instead. The payload is that of a result. */
  refused(payload: Buffer): void;
  message(data: Buffer | string): void;
  /** R has run the app's functions for an event of so many bytes. */
  taken(bytes: number): void;
  /** R closes it, or its worker ends. */
  close(code: number, reason: string): void;
}

type Send = (type: FrameType, id: number, payload: readonly Buffer[]) => void;

interface Event {
  readonly id: number;
  readonly bytes: number;
}

/** Ids of WebSockets are integers in R. */
const MAX_ID = 2 ** 31 - 1;

/**
 * The WebSockets of one worker. Its R process keeps their state, so each stays with its worker. Events go to R in their
 * order, between requests; the worker gets no requests until R has handled them.
 */
export class WorkerSockets {
  readonly #sendFrame: Send;
  readonly #peers = new Map<number, SocketPeer>();
  /** The events that R has not handled, the oldest first. */
  #events: Event[] = [];
  #lastId = 0;

  /** @param send sends a frame to R, and takes the worker from requests until R has handled it */
  constructor(send: Send) {
    this.#sendFrame = send;
  }

  get size(): number {
    return this.#peers.size;
  }

  /** Whether R has events to handle. */
  get busy(): boolean {
    return this.#events.length > 0;
  }

  /**
   * Asks R to take a WebSocket. Returns its id.
   *
   * @param fields the variables of the request by name, serialized
   */
  open(fields: Buffer, peer: SocketPeer): number {
    this.#lastId = this.#nextId();
    this.#peers.set(this.#lastId, peer);
    this.#send(FrameType.socketOpened, this.#lastId, fields);
    return this.#lastId;
  }

  /** The client has sent a message. */
  message(id: number, data: Buffer, binary: boolean): void {
    if (!this.#peers.has(id)) return;
    const payload = Buffer.from(writeRData(binary ? rRaw(data) : rNativeString([data])));
    this.#send(FrameType.socketMessage, id, payload, Math.max(data.length, 1));
  }

  /** The WebSocket is closed. */
  closed(id: number): void {
    if (this.#peers.delete(id)) this.#send(FrameType.socketClosed, id, Buffer.alloc(0));
  }

  /** Sends what another worker has broadcast. */
  relay(payload: Buffer): void {
    if (this.#peers.size > 0) this.#send(FrameType.relay, this.#nextId(), payload);
  }

  /** Takes a frame from R. Returns false if it is not about WebSockets. */
  received({ id, payload, type }: Frame): boolean {
    if (type < FrameType.socketAccepted || type > FrameType.socketClose) return false;
    const peer = this.#peers.get(id);
    if (peer === undefined) return true; // it is closed; R will learn that
    if (type === FrameType.socketAccepted) {
      peer.accepted();
    } else if (type === FrameType.socketRefused) {
      this.#peers.delete(id);
      peer.refused(payload);
    } else if (type === FrameType.socketSend) {
      const data = toPlain(readRData(payload));
      peer.message(Buffer.isBuffer(data) ? data : String(data));
    } else {
      const { code, reason } = toPlain(readRData(payload)) as { code: number; reason: string | null };
      peer.close(code, reason ?? '');
    }
    return true;
  }

  /** R has handled an event. */
  handled(): void {
    const event = this.#events.shift();
    if (event !== undefined && event.bytes > 0) this.#peers.get(event.id)?.taken(event.bytes);
  }

  /** Closes all WebSockets, and tells R. */
  close(code: number, reason: string): void {
    for (const [id, peer] of [...this.#peers]) {
      peer.close(code, reason);
      this.closed(id);
    }
  }

  /** The worker has ended. */
  lost(): void {
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    this.#events = [];
    for (const peer of peers) peer.close(1011, 'The R process of this connection has ended');
  }

  #nextId(): number {
    let id = this.#lastId;
    do id = id === MAX_ID ? 1 : id + 1;
    while (this.#peers.has(id));
    return id;
  }

  #send(type: FrameType, id: number, payload: Buffer, bytes = 0): void {
    this.#events.push({ id, bytes });
    this.#sendFrame(type, id, payload.length === 0 ? [] : [payload]);
  }
}
