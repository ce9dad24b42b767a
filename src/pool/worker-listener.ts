import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { reserve } from '../descriptors.js';
import { NewestConnections } from '../newest-connections.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { FrameReader } from '../protocol/frame-reader.js';
import { readRData, toPlain } from '../rdata/index.js';

/** Limits for the hello frame, which identifies a new connection. */
const HELLO_TIMEOUT_MS = 10_000;
const HELLO_MAX_BYTES = 1024;

/** Takes the connection of a worker and its process id. Returns the function that receives its frames. */
export type Connected = (socket: Socket, pid: number) => (frame: Frame) => void;

/**
 * The loopback port to which workers connect. Every local user can reach a loopback port, so each worker authenticates
 * with a one-time token.
 */
export class WorkerListener {
  readonly #server: Server;
  readonly #maxPayload: number;
  readonly #expected = new Map<string, Connected>();
  /** Connections without a valid token so far. */
  readonly #unidentified = new NewestConnections(reserve.unidentified);

  /** @param maxPayload largest payload of a frame, in bytes; a larger one is dropped and the frame arrives empty */
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
    // Without descriptors a connection can't be accepted. The worker then ends, which counts as a failed start.
    this.#server.on('error', () => {});
  }

  /** Creates the token for a new worker. `connected` is called with the worker's connection. */
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
    this.#unidentified.add(socket);
    const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    let deliver = (frame: Frame): void => {
      const hello = frame.type === FrameType.hello ? helloFrom(frame.payload) : undefined;
      const connected = hello === undefined ? undefined : this.#expected.get(hello.token);
      if (hello === undefined || connected === undefined) {
        deliver = () => {}; // no second attempt from data that arrived with the first
        socket.destroy();
        return;
      }
      clearTimeout(timer);
      this.#unidentified.inUse(socket);
      this.#expected.delete(hello.token);
      reader.maxPayload = this.#maxPayload;
      deliver = connected(socket, hello.pid);
    };
    const reader = new FrameReader((frame) => deliver(frame), HELLO_MAX_BYTES);
    socket.on('close', () => clearTimeout(timer));
    socket.on('error', () => {}); // 'close' follows, and the worker's exit tells what happened
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
