import type { ServerResponse } from 'node:http';
import type { PenstockError } from '../errors.js';
import { errorBody } from './error-reply.js';
import { type Reply, writeHead } from './reply.js';
import { holdUnsent, releaseUnsent } from './unsent-responses.js';

/** Headers that a stream gets unless the app sets them: proxies must not keep what they get, nor collect it. */
const HEADERS: Readonly<Record<'events' | 'pieces', readonly (readonly [string, string])[]>> = {
  events: [
    ['Cache-Control', 'no-cache'],
    ['X-Accel-Buffering', 'no'],
  ],
  pieces: [['X-Accel-Buffering', 'no']],
};

const HEARTBEAT = ':\n\n';

/** Writes a response whose body follows in pieces. Each is sent at once. */
export class StreamWriter {
  readonly #response: ServerResponse;
  readonly #reply: Reply;
  readonly #heartbeat: NodeJS.Timeout | undefined;
  /** Bytes of the body. */
  bytes = 0;
  /** Whether the head has been sent. */
  begun = false;

  /**
   * Sends the head of events at once, and of others with the first piece, so that an error can still be the response.
   * Throws `response_invalid` if a header is invalid.
   *
   * @param heartbeat time without an event after which a comment is sent, in ms; 0 for never
   */
  constructor(response: ServerResponse, reply: Reply, heartbeat: number) {
    this.#response = response;
    this.#reply = reply;
    if (!this.#isEvents) return;
    this.#begin();
    response.flushHeaders();
    if (heartbeat > 0) this.#heartbeat = setInterval(() => this.#beat(), heartbeat);
  }

  get #isEvents(): boolean {
    return this.#reply.stream === 'events';
  }

  #begin(): void {
    const { headers, status, stream } = this.#reply;
    const set = new Set(headers.map(([name]) => name.toLowerCase()));
    for (const [name, value] of HEADERS[stream!]) {
      if (!set.has(name.toLowerCase())) headers.push([name, value]);
    }
    writeHead(
      this.#response,
      status,
      headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
    );
    this.begun = true;
  }

  write(piece: Buffer | string): void {
    if (this.#response.destroyed) return; // the client has been cut off; the exchange learns it soon
    if (!this.begun) this.#begin();
    this.bytes += Buffer.byteLength(piece);
    this.#heartbeat?.refresh();
    this.#response.write(piece);
  }

  #beat(): void {
    if (!this.#response.writableNeedDrain) this.write(HEARTBEAT);
  }

  /** Calls `next` when the client has taken most of what was written: now, or later unless the connection closes. */
  whenTaken(next: () => void): void {
    const response = this.#response;
    if (!response.writableNeedDrain) {
      next();
      return;
    }
    holdUnsent(response, response.writableLength);
    response.once('drain', () => {
      releaseUnsent(response);
      next();
    });
  }

  /** The stream is complete. */
  end(): void {
    this.stop();
    if (this.#response.destroyed) return;
    if (!this.begun) this.#begin();
    this.#response.end();
    if (this.#response.writableLength > 0) holdUnsent(this.#response, this.#response.writableLength);
  }

  /** The rest is missing. The client must see that: by a last event, or because the connection is closed too early. */
  fail(error: PenstockError, requestId: string): void {
    this.#endEarly('error', errorBody(error, requestId));
  }

  /** The server can't go on with the stream. The client may ask for it again. */
  close(): void {
    this.#endEarly('close', '{"reason":"draining"}');
  }

  #endEarly(event: string, data: string): void {
    this.stop();
    if (!this.#isEvents) {
      this.#response.destroy();
      return;
    }
    this.write(`event: ${event}\ndata: ${data}\n\n`);
    this.end();
  }

  stop(): void {
    clearInterval(this.#heartbeat);
  }
}
