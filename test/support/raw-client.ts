import { connect, type Socket } from 'node:net';

/** A TCP connection on which anything can be sent, HTTP or not. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  #wake: () => void = () => {};
  #isClosed = false;
  /** Resolves with everything received when the other side has closed or reset the connection. */
  readonly closed: Promise<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('error', () => {}); // a reset; 'close' follows
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve(this.#received);
      });
    });
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.once('end', () => socket.end());
        resolve(new RawClient(socket));
      });
    });
  }

  /** Sends one character as one byte. */
  send(text: string): this {
    this.#socket.write(text, 'latin1');
    return this;
  }

  /** Sends bytes; resolves when the socket accepts more, or is closed. */
  async sendMuch(bytes: Buffer): Promise<void> {
    if (this.#isClosed || this.#socket.write(bytes)) return;
    await Promise.race([this.closed, new Promise((resolve) => this.#socket.once('drain', resolve))]);
  }

  /** Closes the sending side; still receives. */
  end(): this {
    this.#socket.end();
    return this;
  }

  /** Takes nothing more from the system. */
  pause(): this {
    this.#socket.pause();
    return this;
  }

  /** Disconnects without notice. */
  leave(): void {
    this.#socket.destroy();
  }

  /** Waits until the received text matches or the connection is closed; returns everything received. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received) && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received;
  }
}

/**
 * The status codes of the responses in a received text, in order.
 * @public
 */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}
