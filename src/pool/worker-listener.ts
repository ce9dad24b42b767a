import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Frame, FrameType } from '../protocol/frame.js';
import { FrameReader } from '../protocol/frame-reader.js';
import { readRData, toPlain } from '../rdata/index.js';

/** Milliseconds in which somebody who connects has to say hello, and bytes that it may take. */
const HELLO_TIMEOUT = 10_000;
const HELLO_LIMIT = 1024;

/** Takes the connection of a worker and its process id; returns what is to get its frames. */
export type Connected = (socket: Socket, pid: number) => (frame: Frame) => void;

/**
 * The loopback port to which workers connect back. Every local user can reach a loopback port, so each worker
 * proves itself with a token that is made for it and good once.
 */
export class WorkerListener {
  readonly #server: Server;
  readonly #maxPayload: number;
  readonly #expected = new Map<string, Connected>();

  /** @param maxPayload bytes of a worker's frame that are kept at most; a longer one arrives empty */
  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
    this.#server = createServer({ noDelay: true }, (socket) => this.#greet(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Token for a new worker, whose connection `connected` will get. */
  expect(connected: Connected): string {
    const token = randomBytes(24).toString('hex');
    this.#expected.set(token, connected);
    return token;
  }

  /** The worker ended before it connected. */
  forget(token: string): void {
    this.#expected.delete(token);
  }

  close(): void {
    this.#server.close();
  }

  #greet(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT);
    let deliver = (frame: Frame): void => {
      const hello = frame.type === FrameType.hello ? helloFrom(frame.payload) : undefined;
      const connected = hello === undefined ? undefined : this.#expected.get(hello.token);
      if (hello === undefined || connected === undefined) {
        deliver = () => {}; // no second try in what has come along with the first
        socket.destroy();
        return;
      }
      clearTimeout(timer);
      this.#expected.delete(hello.token);
      reader.maxPayload = this.#maxPayload;
      deliver = connected(socket, hello.pid);
    };
    const reader = new FrameReader((frame) => deliver(frame), HELLO_LIMIT);
    socket.on('close', () => clearTimeout(timer));
    socket.on('error', () => {}); // 'close' follows, and the worker's end says what happened
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
  }
}

function helloFrom(payload: Buffer): { token: string; pid: number } | undefined {
  try {
    const { pid, token } = toPlain(readRData(payload)) as { token?: unknown; pid?: unknown };
    return typeof token === 'string' && typeof pid === 'number' ? { token, pid } : undefined;
  } catch {
    return undefined;
  }
}
