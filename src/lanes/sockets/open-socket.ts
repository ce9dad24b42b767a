import type { RawData, WebSocket } from 'ws';

/** How long a client may take to answer that the connection closes, in ms. */
const CLOSE_TIMEOUT_MS = 2000;

/** Longest reason of a close frame, in bytes. */
const MAX_REASON_BYTES = 123;

export interface OpenSocketOptions {
  /** Interval between pings, in ms; 0 for none. */
  readonly ping: number;
  /** What may wait for R, and for the client, in bytes. */
  readonly buffer: number;
  /** The client has sent a message. */
  message(data: Buffer, binary: boolean): void;
  closed(): void;
}

/** The connection of a WebSocket. It stops reading while too much waits for R, and closes if the client reads too slowly. */
export class OpenSocket {
  readonly #client: WebSocket;
  readonly #options: OpenSocketOptions;
  /** Bytes that R has not taken. */
  #untaken = 0;
  #answers = true;
  readonly #pinging: NodeJS.Timeout | undefined;
  #closing: NodeJS.Timeout | undefined;

  constructor(client: WebSocket, options: OpenSocketOptions) {
    this.#client = client;
    this.#options = options;
    client.on('message', (data, binary) => this.#received(bytesOf(data), binary));
    client.on('error', () => {}); // an invalid frame or a message over the limit; `close` follows
    client.on('close', () => {
      this.ended();
      options.closed();
    });
    client.on('pong', () => {
      this.#answers = true;
    });
    if (options.ping > 0) this.#pinging = setInterval(() => this.#ping(), options.ping);
  }

  send(data: Buffer | string): void {
    const { readyState } = this.#client;
    if (readyState !== this.#client.OPEN) return;
    this.#client.send(data);
    if (this.#client.bufferedAmount <= this.#options.buffer) return;
    // A close frame would wait behind what the client does not read.
    this.#client.terminate();
  }

  /** R has taken so many bytes. */
  taken(bytes: number): void {
    this.#untaken -= bytes;
    if (this.#untaken <= this.#options.buffer / 2 && this.#client.isPaused) this.#client.resume();
  }

  close(code: number, reason: string): void {
    if (this.#client.isPaused) this.#client.resume(); // to read the client's answer
    this.#client.close(isSendable(code) ? code : 1000, shortened(reason));
    this.#closing ??= setTimeout(() => this.#client.terminate(), CLOSE_TIMEOUT_MS);
  }

  /** The connection is closed. */
  ended(): void {
    clearInterval(this.#pinging);
    clearTimeout(this.#closing);
  }

  #received(data: Buffer, binary: boolean): void {
    this.#untaken += Math.max(data.length, 1);
    this.#options.message(data, binary);
    if (this.#untaken > this.#options.buffer) this.#client.pause();
  }

  #ping(): void {
    if (!this.#answers && !this.#client.isPaused) {
      this.#client.terminate();
      return;
    }
    this.#answers = false;
    if (this.#client.readyState === this.#client.OPEN) this.#client.ping();
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** Whether a close frame may have this code (RFC 6455, 7.4). */
function isSendable(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
}

function shortened(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = text.slice(0, -1);
  return text;
}
