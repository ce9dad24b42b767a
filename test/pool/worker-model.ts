import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { vi } from 'vitest';
import { StartJourney } from '../../src/pool/start-journey.js';
import { Worker } from '../../src/pool/worker.js';
import type { ProcessOwner } from '../../src/pool/worker-handle.js';
import type { Connected, WorkerListener } from '../../src/pool/worker-listener.js';
import type { WorkerOwner } from '../../src/pool/worker-owner.js';
import { encodeHeader, type Frame, FrameType } from '../../src/protocol/frame.js';
import { FrameReader } from '../../src/protocol/frame-reader.js';
import { rList, rNull, rString, writeRData } from '../../src/rdata/index.js';

/** The gateway's end of a connection. The test plays the worker at the other end. */
class FakeSocket extends EventEmitter {
  destroyed = false;
  closed = false;
  bytesRead = 0;
  error: Error | undefined;
  /** Frames sent to the worker. */
  readonly sent: Frame[] = [];
  readonly #reader = new FrameReader((frame) => this.sent.push(frame), 1e6);

  write(bytes: Buffer): void {
    this.#reader.push(bytes);
  }

  cork(): void {}

  uncork(): void {}

  destroy(error?: Error): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.error = error;
    this.closed = true;
    this.emit('close');
  }
}

/** A worker whose process and connection are simulated by the test. */
export class WorkerModel {
  readonly socket = new FakeSocket();
  readonly signals: string[] = [];
  #running = true;
  readonly worker: Worker;
  readonly owner = {
    ready: vi.fn(),
    idle: vi.fn(),
    busy: vi.fn(),
    room: vi.fn(),
    loadFailed: vi.fn(),
    running: vi.fn(),
    dead: vi.fn(),
    interrupted: vi.fn(),
    callbacksLate: vi.fn(),
    failed: vi.fn(),
    broadcast: vi.fn(),
    output: vi.fn(),
  } satisfies WorkerOwner<Worker>;
  #process: ProcessOwner | undefined;
  #connected: Connected | undefined;
  #reader: FrameReader | undefined;

  constructor() {
    const listener = {
      expect: (connected: Connected) => {
        this.#connected = connected;
        return 'token';
      },
      forget: () => {},
    } as unknown as WorkerListener;
    this.worker = new Worker(
      7,
      {
        folder: '/nowhere',
        journey: new StartJourney(),
        listener,
        launch: (_, owner) => {
          this.#process = owner;
          const isRunning = (): boolean => this.#running;
          return {
            pid: 1234,
            get running() {
              return isRunning();
            },
            connected: () => {},
            afterOutput: (act) => setImmediate(act),
            endLines: () => {},
            signal: (signal) => this.signals.push(signal),
            killGroup: () => this.signals.push('kill'),
          };
        },
      },
      this.owner,
      { maxOpen: 3, callbackTimeout: 1000, interruptGrace: 500, streamDrain: 1000 },
    );
  }

  /** The worker opens its connection. */
  connect(): this {
    const deliver = this.#connected!(this.socket as unknown as Socket, 1234);
    this.#reader = new FrameReader(deliver, 1e6);
    return this;
  }

  /** The worker connects and has loaded the app. */
  becomeReady(): this {
    const manifest = rList(
      [rString('4.2.2'), rNull, rNull, rNull],
      ['r_version', 'models', 'routes', 'files'],
    );
    return this.connect().send(FrameType.ready, 0, writeRData(manifest));
  }

  /** The worker sends a frame. As in the listener, an invalid frame closes the connection. */
  send(type: FrameType, id = 0, payload: Buffer = Buffer.alloc(0), ms = 0): this {
    const frame = Buffer.concat([encodeHeader(type, id, payload.length, ms * 1000), payload]);
    this.socket.bytesRead += frame.length;
    try {
      this.#reader!.push(frame);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
    return this;
  }

  print(): void {
    this.#process!.printed();
  }

  /** The process ends, which closes its connection. */
  end(signal: NodeJS.Signals | null = 'SIGKILL', code: number | null = null): void {
    this.exit(signal, code);
    this.socket.destroy();
  }

  /** The process ends, but what it has sent was not read yet. */
  exit(signal: NodeJS.Signals | null = 'SIGKILL', code: number | null = null): void {
    this.#running = false;
    this.#process!.ended({ code, signal });
  }

  /** Types of the frames sent to the worker since the last call. */
  get received(): number[] {
    return this.socket.sent.splice(0).map(({ type }) => type);
  }
}
