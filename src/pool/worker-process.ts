import type { Socket } from 'node:net';
import { type Frame, FrameType } from '../protocol/frame.js';
import { readRData, toPlain } from '../rdata/index.js';
import type { StartJourney } from './start-journey.js';
import type { WorkerExit } from './worker-exit.js';
import type { WorkerHandle } from './worker-handle.js';
import { WorkerLink } from './worker-link.js';
import type { WorkerStart } from './worker-owner.js';

/** Callbacks for events of a worker's process and its connection. */
export interface WorkerProcessOwner {
  running(pid: number): void;
  connected(): void;
  /** The connection is closed. */
  closed(): void;
  /** A frame other than a step. */
  frame(frame: Frame): void;
  /** R has printed something. */
  printed(): void;
  line(stream: 'stdout' | 'stderr', line: string): void;
  /** The process has ended. Returns whether it can't have sent anything before that is still to be read. */
  ending(): boolean;
  /** Everything that the process had sent before it ended has been read. */
  ended(exit: WorkerExit): void;
}

/** A worker's process together with its connection: what R prints and what it sends stay in order. */
export class WorkerProcess {
  readonly #handle: WorkerHandle;
  readonly #owner: WorkerProcessOwner;
  readonly #journey: StartJourney;
  #link: WorkerLink | undefined;
  /** Whether R has printed something since the app was loaded. */
  #prints = false;
  #dead = false;

  constructor(id: number, { folder, journey, launch, listener }: WorkerStart, owner: WorkerProcessOwner) {
    this.#owner = owner;
    this.#journey = journey;
    const token = listener.expect((socket, pid) => this.#connected(socket, pid));
    this.#handle = launch(
      { id, token, folder },
      {
        running: (pid) => owner.running(pid),
        printed: () => {
          this.#prints = true;
          owner.printed();
        },
        line: (stream, line) => {
          journey.said(line);
          owner.line(stream, line);
        },
        ended: (exit) => {
          listener.forget(token);
          const silent = owner.ending();
          if (silent || this.#link === undefined) this.#end(exit);
          else this.#link.afterLastBytes(() => this.#afterOutput(() => this.#end(exit)));
        },
      },
    );
  }

  get pid(): number | undefined {
    return this.#handle.pid;
  }

  get running(): boolean {
    return this.#handle.running;
  }

  /** Undefined before it has connected. */
  get link(): WorkerLink | undefined {
    return this.#link;
  }

  endLines(): void {
    this.#handle.endLines();
  }

  signal(signal: NodeJS.Signals): void {
    this.#handle.signal(signal);
  }

  killGroup(): void {
    this.#handle.killGroup();
  }

  #connected(socket: Socket, pid: number): (frame: Frame) => void {
    this.#link = new WorkerLink(socket, () => this.#owner.closed());
    this.#handle.connected(socket, pid);
    this.#journey.step('connected');
    this.#owner.connected();
    return (frame) => this.#afterOutput(() => this.#received(frame));
  }

  #received(frame: Frame): void {
    if (frame.type === FrameType.step) {
      this.#journey.step(String(toPlain(readRData(frame.payload))));
      return;
    }
    if (frame.type === FrameType.ready) {
      this.#journey.step('ready');
      this.#prints = false; // what the app printed while it was loaded concerns no request
    }
    this.#owner.frame(frame);
  }

  /**
   * Output that R printed before something else happened has arrived too. It is read first, so that it goes to the right
   * unit.
   */
  #afterOutput(act: () => void): void {
    if (!this.#prints) {
      act();
      return;
    }
    this.#handle.afterOutput(() => {
      if (this.#dead) return;
      try {
        act();
      } catch (error) {
        this.#link?.socket.destroy(error as Error);
      }
    });
  }

  #end(exit: WorkerExit): void {
    this.#dead = true;
    this.#owner.ended(exit);
  }
}
