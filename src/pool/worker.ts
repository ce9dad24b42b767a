import type { Socket } from 'node:net';
import { loadFailureFrom, type Manifest, manifestFrom } from '../app/manifest.js';
import { type Frame, FrameType, frameTime } from '../protocol/frame.js';
import { ProtocolError } from '../protocol/frame-reader.js';
import { readRData, toPlain } from '../rdata/index.js';
import { interruptFrom } from './interrupt.js';
import { Interruption } from './interruption.js';
import { LateWork } from './late-work.js';
import { failureFrom } from './r-failure.js';
import type { StartJourney } from './start-journey.js';
import type { UnitWorker, WorkUnit } from './work-unit.js';
import type { WorkerExit } from './worker-exit.js';
import type { WorkerHandle } from './worker-handle.js';
import { WorkerOutbox } from './worker-outbox.js';
import type { WorkerOwner, WorkerStart } from './worker-owner.js';
import { WorkerPipe } from './worker-pipe.js';
import { transition, type WorkerState } from './worker-state.js';

/** Milliseconds for bytes that a dead worker had sent to arrive; a child of it may hold the connection open. */
const LAST_BYTES_TIMEOUT_MS = 1000;

/** Milliseconds for a process to end by itself after it has closed its connection. */
const CLOSED_EXIT_TIMEOUT_MS = 1000;

/** Expected work, in ms, and units that a worker may have before a brief request, so that the request never waits long. */
export const LOOK_AHEAD_MS = 2;
const MOST_UNITS_AHEAD = 16;

/** Requests after which R's memory has taken its shape, and it is worth having R look at all of it. */
const COLLECT_AFTER_REQUESTS = 500;
/** Milliseconds that it gets for that; the app's finalizers may run. */
const COLLECT_TIMEOUT_MS = 60_000;

/** One R process. */
export class Worker implements UnitWorker {
  readonly id: number;
  readonly journey: StartJourney;
  /** Where its temporary files are. */
  readonly folder: string;
  readonly #owner: WorkerOwner<Worker>;
  readonly #process: WorkerHandle;
  /** R has printed something since the app was loaded. */
  #prints = false;
  #state: WorkerState = 'starting';
  /** Names the plan of the direct lane that it has loaded; undefined before it is ready. */
  #plan: string | undefined;
  #socket: Socket | undefined;
  #outbox: WorkerOutbox | undefined;
  readonly #pipe = new WorkerPipe();
  readonly #late = new LateWork(this.#pipe, () => this.#socket);
  /** Its connection was reset, as a process's is that ends before it has read all that was sent to it. */
  #reset = false;
  readonly #interruption = new Interruption(() => this.#process.signal('SIGINT'));
  #requests = 0;
  #collected = false;
  #killedFor: string | undefined;
  #stopGrace = 0;
  #idleSince = 0;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(id: number, { folder, journey, launch, listener }: WorkerStart, owner: WorkerOwner<Worker>) {
    this.id = id;
    this.folder = folder;
    this.journey = journey;
    this.#owner = owner;
    const token = listener.expect((socket, pid) => this.#connected(socket, pid));
    this.#process = launch(
      { id, token, folder },
      {
        running: (pid) => owner.running(pid),
        printed: () => {
          this.#prints = true;
          this.unit?.printed();
        },
        line: (stream, line) => {
          this.journey.said(line);
          owner.output(this, stream, line);
        },
        ended: (exit) => {
          listener.forget(token);
          // An idle one has nothing left to say, and must not be given anything.
          if (this.#state === 'idle') this.#die(exit);
          else this.#afterLastBytes(() => this.#die(exit));
        },
      },
    );
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get state(): WorkerState {
    return this.#state;
  }

  get plan(): string | undefined {
    return this.#plan;
  }

  /** Requests answered. */
  get requests(): number {
    return this.#requests;
  }

  /** What R runs at the moment. */
  get unit(): WorkUnit | undefined {
    return this.#pipe.head;
  }

  /** It is at work, and will have come to this unit before it has waited longer than LOOK_AHEAD_MS. */
  canLookAhead(unit: WorkUnit): boolean {
    if (this.#state !== 'busy' || this.#interruption.isOn) return false;
    if (this.#pipe.head === undefined || this.#pipe.length >= MOST_UNITS_AHEAD) return false;
    return this.#process.running && unit.expected <= LOOK_AHEAD_MS && this.#pipe.backlog <= LOOK_AHEAD_MS;
  }

  /** `performance.now()` when it last became idle. */
  get idleSince(): number {
    return this.#idleSince;
  }

  /** Milliseconds that R is to take for what it has, at most. */
  get backlog(): number {
    return this.#pipe.backlog;
  }

  /**
   * Hands over one unit of work, to an idle worker or to one that `canLookAhead`. Reading the next
   * frame without a turn of the gateway's loop in between halves the time of tiny handlers.
   */
  assign(unit: WorkUnit): void {
    const ahead = this.#pipe.length > 0;
    if (this.#state === 'idle') this.#to('busy');
    const startBy = ahead ? this.#late.expect() : Infinity;
    const payload = unit.payload();
    const bytes = payload.reduce((sum, { length }) => sum + length, 0);
    this.#pipe.push(unit, startBy, bytes);
    if (ahead) unit.handed(this);
    else unit.started(this);
    const { id, type } = unit;
    const time = ahead ? frameTime(startBy) : 0;
    this.#outbox?.add({ type, id, payload, startBy: time }, !ahead);
  }

  /**
   * Interrupts what runs, as Ctrl-C would, so that R can clean up, unless it ends in a moment by itself. If R has not come
   * back after `grace` milliseconds it is killed. Nobody waits for the unit's answer any more. With another unit in the pipe, which a
   * late signal could hit instead, there is only the grace time. What R is still reading it is left to read: in the middle
   * of a frame a signal would cost the worker.
   */
  interrupt(grace: number): void {
    if (this.#pipe.length === 0 || this.#interruption.isOn) return;
    this.#interruption.begin(grace, () => {
      this.#owner.interrupted(this, this.unit?.label, undefined);
      this.kill();
    });
    this.#interruption.signalSoon(this.#maySignal);
  }

  readonly #maySignal = (): boolean => !this.#pipe.waits && this.#pipe.isRead;

  /** Whether a full collection of R's garbage would do it good: the first one, by far the longest, is still to come. */
  get awaitsCollection(): boolean {
    return !this.#collected && this.#requests >= COLLECT_AFTER_REQUESTS;
  }

  /**
   * Has an idle one collect its garbage now rather than in the middle of some request, as Unicorn and Puma have it done
   * out of band. R marks every object then, which costs a forked worker a copy of each page of memory that it shares.
   */
  collect(): void {
    this.#collected = true;
    this.#to('busy');
    this.#interruption.begin(COLLECT_TIMEOUT_MS, () =>
      this.kill('was killed, since it had collected its garbage for a minute'),
    );
    this.#command(FrameType.collect);
  }

  /** Lets it finish what it runs, run the app's exit hooks and end; killed if that takes more than `grace` ms. */
  stop(grace: number): void {
    this.#stopGrace = grace;
    if (this.#state === 'busy') this.#to('draining');
    else if (this.#state === 'idle') this.#sendStop();
    else if (this.#state === 'starting' || this.#state === 'warming') this.kill();
    this.#killAfter(grace);
  }

  /**
   * Ends the process and all it has started, at once.
   *
   * @param reason for people, as in "was killed with 900 MB"
   */
  kill(reason?: string): void {
    if (this.#state === 'dead') return;
    this.#killedFor ??= reason;
    if (this.#state !== 'stopping') this.#to('stopping');
    this.#process.killGroup();
  }

  #to(state: WorkerState): void {
    this.#state = transition(this.#state, state);
  }

  #connected(socket: Socket, pid: number): (frame: Frame) => void {
    this.#socket = socket;
    this.#process.connected(socket, pid);
    this.#outbox = new WorkerOutbox(socket);
    this.journey.step('connected');
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      this.#reset = code === 'ECONNRESET';
    });
    // Without its connection a worker is of no use (`closeAllConnections()` in a handler does that).
    socket.once('close', () => this.#killAfter(CLOSED_EXIT_TIMEOUT_MS));
    if (this.#state === 'starting') this.#to('warming');
    return (frame) => {
      if (this.#prints) this.#afterOutput(frame);
      else this.#received(frame);
    };
  }

  /** What R printed before it sent a frame has arrived as well: it is read first, so that it is the right unit's. */
  #afterOutput(frame: Frame): void {
    setImmediate(() => {
      if (this.#state === 'dead') return;
      try {
        this.#received(frame);
      } catch (error) {
        this.#socket?.destroy(error as Error);
      }
    });
  }

  #received(frame: Frame): void {
    switch (frame.type) {
      case FrameType.step:
        this.journey.step(String(toPlain(readRData(frame.payload))));
        return;
      case FrameType.ready:
        this.journey.step('ready');
        this.#prints = false;
        if (this.#state !== 'warming') return; // it was told to end meanwhile
        this.#becomeReady(manifestFrom(frame.payload));
        return;
      case FrameType.loadFailed:
        this.#owner.loadFailed(this, loadFailureFrom(frame.payload));
        return;
      case FrameType.result:
      case FrameType.value:
      case FrameType.interrupted:
      case FrameType.unstarted:
        this.#finish(frame);
        return;
      case FrameType.failed:
        this.#owner.failed(this, this.unit?.label, failureFrom(frame));
        return;
      case FrameType.begun:
        this.#pipe.hasRead(frame.id);
        if (this.#interruption.isOn) this.#interruption.signalSoon(this.#maySignal);
        return;
      case FrameType.pong:
        this.#interruption.passed();
        this.#free();
        return;
      default:
        throw new ProtocolError(`frame of unknown type ${frame.type} from worker ${this.id}`);
    }
  }

  #becomeReady(manifest: Manifest): void {
    this.#plan = manifest.plan;
    this.#owner.ready(this, manifest);
    this.#becomeIdle();
  }

  #finish(frame: Frame): void {
    this.#process.endLines(); // as the unit's that has printed them
    const unit = this.#pipe.shift(frame.id);
    const unsettled = this.#interruption.ended(() => this.kill());
    this.#pipe.head?.started(this);
    if (frame.type !== FrameType.unstarted) this.#requests += 1;
    if (frame.type === FrameType.interrupted) {
      this.#owner.interrupted(this, unit?.label, interruptFrom(frame));
    }
    if (frame.type !== FrameType.unstarted) unit?.left(frame.time / 1000);
    // R gets its next work before the answer is dealt with, which takes as long for a batch as R needs for the next.
    if (unsettled) this.#command(FrameType.ping);
    else this.#free();
    if (frame.type === FrameType.unstarted) unit?.returned();
    else unit?.finished(frame);
  }

  /** What ran is done: the next unit, or the end if that was asked for meanwhile. */
  #free(): void {
    if (this.#pipe.length > 0) {
      // Not at each answer, unless R has its last: several frames in one write cost little more than one.
      const few = this.#pipe.length <= MOST_UNITS_AHEAD / 2 && this.#pipe.backlog <= LOOK_AHEAD_MS / 2;
      if (few || this.#pipe.length === 1) this.#owner.room(this);
      return;
    }
    if (this.#state === 'draining') this.#sendStop();
    else if (this.#state === 'busy') this.#becomeIdle();
  }

  #becomeIdle(): void {
    this.#idleSince = performance.now();
    this.#to('idle');
    this.#owner.idle(this);
  }

  #sendStop(): void {
    this.#to('stopping');
    clearTimeout(this.#killTimer);
    this.#killTimer = undefined;
    this.#killAfter(this.#stopGrace);
    this.#command(FrameType.stop);
  }

  #command(type: FrameType): void {
    this.#outbox?.add({ type, id: 0, payload: [], startBy: 0 }, true);
  }

  #killAfter(grace: number): void {
    if (this.#killTimer !== undefined || this.#state === 'dead') return;
    this.#killTimer = setTimeout(() => this.kill(), grace);
  }

  /** Waits for what the process had written before it ended: an answer may be among it. */
  #afterLastBytes(done: () => void): void {
    const socket = this.#socket;
    if (socket === undefined || socket.closed) {
      done();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), LAST_BYTES_TIMEOUT_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      done();
    });
  }

  #die(how: WorkerExit): void {
    const exit = this.#killedFor === undefined ? how : { ...how, reason: this.#killedFor };
    this.#interruption.end();
    clearTimeout(this.#killTimer);
    this.#late.end();
    this.#process.killGroup(); // what it had started and left behind
    this.#to('dead');
    // What R has not read to its end it has not begun with; known of what was sent last.
    const begun = !this.#reset || this.#pipe.length > 1;
    const { running, waiting } = this.#pipe.clear();
    this.#owner.dead(this, exit);
    running?.lost(this, exit, begun); // the oldest first, in case it is run again
    for (const unit of waiting) unit.returned();
  }
}
