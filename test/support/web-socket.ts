import { once } from 'node:events';
import { WebSocket } from 'ws';

/** How a WebSocket was closed. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A client of a WebSocket that keeps what it has received. */
export class Client {
  readonly socket: WebSocket;
  readonly received: (string | Buffer)[] = [];
  readonly opened: Promise<unknown>;
  readonly closed: Promise<Closing>;
  #error = '';
  #wake: () => void = () => {};

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
    this.socket.on('message', (data: Buffer, binary) => {
      this.received.push(binary ? data : data.toString());
      this.#wake();
    });
    this.socket.on('error', (error) => {
      this.#error = error.message;
    });
    this.opened = new Promise((resolve) => this.socket.on('open', resolve));
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  /** The status of the answer to a handshake that was not accepted. */
  async refused(): Promise<number> {
    const [, response] = (await once(this.socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number },
    ];
    this.socket.terminate();
    return response.statusCode;
  }

  send(data: string | Buffer): void {
    this.socket.send(data);
  }

  /** Resolves when so many messages have been received in all. */
  async messages(count: number): Promise<readonly (string | Buffer)[]> {
    while (this.received.length < count) {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        this.closed.then((closing) => {
          if (this.received.length < count)
            throw new Error(`closed with ${JSON.stringify(closing)}: ${this.#error}`);
        }),
      ]);
    }
    return this.received;
  }
}
