import { loadFailureFrom, manifestFrom } from '../app/manifest.js';
import { type Frame, FrameType, frameTime } from '../protocol/frame.js';
import { ProtocolError } from '../protocol/frame-reader.js';
import { Callbacks } from './callbacks.js';
import { FirstCollection } from './first-collection.js';
import { interruptFrom } from './interrupt.js';
import { Interruption } from './interruption.js';
import { KillTimer } from './kill-timer.js';
import { LateWork } from './late-work.js';
import { type OpenLimits, OpenUnits } from './open-units.js';
import { failureFrom } from './r-failure.js';
import type { StartJourney } from './start-journey.js';
import type { UnitWorker, WorkUnit } from './work-unit.js';
import type { WorkerExit } from './worker-exit.js';
import type { WorkerOwner, WorkerStart } from './worker-owner.js';
import { WorkerPipe } from './worker-pipe.js';
import { WorkerProcess } from './worker-process.js';
import { WorkerSockets } from './worker-sockets.js';
import { transition, type WorkerState } from './worker-state.js';

/** How long a process may take to exit after it has closed its connection, in ms. */
const CLOSED_EXIT_TIMEOUT_MS = 1000;

/** One R process. */
export class Worker implements UnitWorker {
  readonly id: number;
  readonly journey: StartJourney;
  /** Folder for its temporary files. */
  readonly folder: string;
  readonly #owner: WorkerOwner<Worker>;
  readonly #process: WorkerProcess;
  #state: WorkerState = 'starting';
  /** Name of the direct lane's plan that the worker has loaded; undefined before it is ready. */
  plan: string | undefined;
  readonly #pipe = new WorkerPipe();
  readonly #open: OpenUnits;
  readonly #callbacks: Callbacks;
  readonly sockets = new WorkerSockets((type, id, payload) => {
    if (this.#state === 'idle') this.#toBusy();
    this.#process.link?.send({ type, id, payload, startBy: 0 }, true);
  });
  readonly #late = new LateWork(this.#pipe, () => this.#process.link?.socket);
  readonly #interruption = new Interruption(() => this.#process.signal('SIGINT'));
  #requests = 0;
  readonly #collection = new FirstCollection();
  #killedFor: string | undefined;
  #stopGrace = 0;
  /** `performance.now()` when the worker last became idle. */
  idleSince = 0;
  readonly #killTimer = new KillTimer(() => this.kill());

  constructor(id: number, start: WorkerStart, owner: WorkerOwner<Worker>, limits: OpenLimits) {
    this.id = id;
    this.#callbacks = new Callbacks(limits.callbackTimeout, () => {
      this.#interruption.begin(limits.interruptGrace, () => {
        owner.callbacksLate(this, false);
        this.kill();
      });
      this.#interruption.signalSoon(() => this.#callbacks.run && this.#pipe.length === 0);
    });
    this.#open = new OpenUnits(limits, this.#callbacks, () => this.#process.link);
    this.folder = start.folder;
    this.journey = start.journey;
    this.#owner = owner;
    this.#process = new WorkerProcess(id, start, {
      running: (pid) => owner.running(pid),
      connected: () => {
        if (this.#state === 'starting') this.#to('warming');
      },
      // A worker without its connection is useless. `closeAllConnections()` in a handler closes it.
      closed: () => this.#killTimer.within(CLOSED_EXIT_TIMEOUT_MS),
      frame: (frame) => this.#received(frame),
      printed: () => this.unit?.printed(),
      line: (stream, line) => owner.output(this, stream, line),
      ending: () => {
        const idle = this.#state === 'idle';
        if (idle) this.#toBusy(); // it must not be given any work
        return idle && this.#open.size === 0;
      },
      ended: (exit) => this.#die(exit),
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Number of requests answered. */
  get requests(): number {
    return this.#requests;
  }

  /** Number of units that wait for a promise. */
  get open(): number {
    return this.#open.size;
  }

  /** The unit that R runs. */
  get unit(): WorkUnit | undefined {
    return this.#pipe.head;
  }

  /** Whether the worker is busy and will probably start this unit within `LOOK_AHEAD_MS`. */
  canLookAhead(unit: WorkUnit): boolean {
    if (this.#state !== 'busy' || this.#interruption.isOn) return false;
    return this.#process.running && this.#pipe.canTake(unit);
  }

  /** Expected time for the units that the worker has, in ms. */
  get backlog(): number {
    return this.#pipe.backlog;
  }

  /**
   * Gives the worker a unit of work. It must be idle, or `canLookAhead` must be true: if R finds the next frame without
   * waiting for the gateway, tiny handlers take half the time.
   */
  assign(unit: WorkUnit): void {
    const payload = unit.payload(); // first, in case it throws
    const ahead = this.#pipe.length > 0;
    if (this.#state === 'idle') this.#to('busy');
    // Callbacks of open units may begin to run at any moment.
    const certain = !ahead && this.#open.size === 0;
    const startBy = certain ? Infinity : this.#late.expect();
    const bytes = payload.reduce((sum, { length }) => sum + length, 0);
    this.#pipe.push(unit, startBy, bytes);
    if (ahead) unit.handed(this);
    else unit.started(this);
    const { id, type } = unit;
    const time = certain ? 0 : frameTime(startBy);
    this.#process.link?.send({ type, id, payload, startBy: time, tellBegun: !certain && !ahead }, !ahead);
  }

  /**
   * Interrupts the unit that runs, whose answer is no longer needed. R gets the signal of Ctrl-C after a short delay,
   * so that it can clean up, and is killed if it has not returned after `grace` ms. If another unit is in the pipe,
   * there is no signal, because it could hit that unit. While R still reads the frame, the signal waits, because it
   * would break the connection.
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

  abandon({ id }: { readonly id: number }): void {
    this.#open.abandon(id);
  }

  pull({ id }: { readonly id: number }): void {
    this.#open.pull(id);
  }

  /** Its streams get the drain time, also those that begin later. */
  endStreams(): void {
    this.#open.endStreams();
  }

  /** Whether an idle worker should `collect` now. */
  get awaitsCollection(): boolean {
    return this.#collection.isDue(this.#requests);
  }

  collect(): void {
    this.#to('busy');
    this.#collection.begin(this.#interruption, (reason) => this.kill(reason));
    this.#process.link?.command(FrameType.collect);
  }

  /**
   * Lets the worker finish its units, run the app's exit hooks and end. Kills it after `grace` ms for all of that.
   *
   * @param waits whether the time begins only when the units are finished: each has a deadline of its own
   */
  stop(grace: number, waits = false): void {
    this.#stopGrace = grace;
    this.endStreams();
    this.sockets.close(1012, 'The R process of this connection stops');
    if (this.#state === 'busy' || (this.#state === 'idle' && this.#open.size > 0)) this.#to('draining');
    else if (this.#state === 'idle') this.#sendStop();
    else if (this.#state === 'starting' || this.#state === 'warming') this.kill();
    if (!waits) this.#killTimer.within(grace);
  }

  /**
   * Kills the process and everything that it has started.
   *
   * @param reason for messages, such as "was killed with 900 MB"
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

  #received(frame: Frame): void {
    switch (frame.type) {
      case FrameType.ready: {
        if (this.#state !== 'warming') return; // it was told to stop in the meantime
        const manifest = manifestFrom(frame.payload);
        this.plan = manifest.plan;
        this.#owner.ready(this, manifest);
        this.#becomeIdle();
        return;
      }
      case FrameType.loadFailed:
        this.#owner.loadFailed(this, loadFailureFrom(frame.payload));
        return;
      case FrameType.result:
      case FrameType.value:
      case FrameType.interrupted:
      case FrameType.unstarted:
      case FrameType.opened:
      case FrameType.streamed:
      case FrameType.ended:
        if (this.#open.has(frame.id)) this.#settled(frame);
        else this.#finish(frame);
        return;
      case FrameType.resumed:
        this.#resumes(frame.id);
        return;
      case FrameType.rested:
        if (frame.id > 0) this.sockets.handled();
        this.#rests();
        return;
      case FrameType.failed:
        this.#owner.failed(this, this.unit?.label, failureFrom(frame)!);
        return;
      case FrameType.broadcast:
        this.#owner.broadcast(this, frame.payload);
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
        if (this.#open.element(frame) || this.sockets.received(frame)) return;
        throw new ProtocolError(`frame of unknown type ${frame.type} from worker ${this.id}`);
    }
  }

  #finish(frame: Frame): void {
    const opens = frame.type === FrameType.opened || frame.type === FrameType.streamed;
    if (opens && (this.unit?.size ?? 1) > 1) throw new ProtocolError('a batch cannot be open');
    this.#process.endLines(); // they belong to the unit that printed them
    const unit = this.#pipe.shift(frame.id);
    const unsettled = this.#interruption.ended(() => this.kill());
    this.#pipe.head?.started(this);
    if (frame.type !== FrameType.unstarted) this.#requests += 1;
    const cut = frame.type === FrameType.interrupted;
    if (cut) this.#owner.interrupted(this, unit?.label, interruptFrom(frame));
    if (frame.type !== FrameType.unstarted) unit?.left(frame.time / 1000, cut);
    // R gets its next work before the answer is processed: for a batch that takes as long as R needs for the next one.
    if (opens && unit !== undefined) this.#open.add(unit);
    if (unsettled) this.#process.link?.command(FrameType.ping);
    else this.#free();
    if (frame.type === FrameType.streamed) this.#open.streamed(frame);
    if (opens) return;
    if (frame.type === FrameType.unstarted) unit?.returned();
    else unit?.finished(frame);
  }

  /** An open unit has its answer, or none any more. */
  #settled(frame: Frame): void {
    this.#open.finish(frame, (label, failure) => this.#owner.failed(this, label, failure));
    if (this.#pipe.length === 0) this.#free();
  }

  #resumes(stream: number): void {
    this.#callbacks.begin(stream);
    if (this.#state === 'idle') this.#toBusy();
  }

  /** An idle worker can't take work for a reason other than work. */
  #toBusy(): void {
    this.#to('busy');
    this.#owner.busy(this);
  }

  #rests(): void {
    const cause = this.#callbacks.end();
    if (cause === 'late') this.#owner.callbacksLate(this, true);
    if (cause !== undefined && this.#interruption.ended(() => this.kill()))
      this.#process.link?.command(FrameType.ping);
    else if (this.#pipe.length === 0) this.#free();
  }

  /** The unit that ran is done: continues with the next one, or stops if that was requested. */
  #free(): void {
    if (this.#pipe.length > 0) {
      if (this.#pipe.shouldFill) this.#owner.room(this);
      return;
    }
    const { busy } = this.sockets;
    if (busy || this.#callbacks.run || this.#interruption.isOn || !this.#process.running) return;
    if (this.#state === 'draining' && this.#open.size === 0) this.#sendStop();
    else if (this.#state === 'busy' && !this.#open.full) this.#becomeIdle();
  }

  #becomeIdle(): void {
    this.idleSince = performance.now();
    this.#to('idle');
    this.#owner.idle(this);
  }

  #sendStop(): void {
    this.#to('stopping');
    this.#killTimer.within(this.#stopGrace);
    this.#process.link?.command(FrameType.stop);
  }

  #die(how: WorkerExit): void {
    const exit = this.#killedFor === undefined ? how : { ...how, reason: this.#killedFor };
    this.#interruption.end();
    this.#killTimer.end();
    this.#callbacks.end();
    this.#late.end();
    this.#process.killGroup(); // its remaining child processes
    this.#to('dead');
    // R starts a unit only after it has read the whole frame. A reset tells this only for the frame sent last.
    const begun = this.#process.link?.wasReset !== true || this.#pipe.length > 1;
    const { running, waiting } = this.#pipe.clear();
    this.#owner.dead(this, exit);
    this.sockets.lost();
    this.#open.lost(this, exit); // the oldest first, in case they are run again
    running?.lost(this, exit, begun);
    for (const unit of waiting) unit.returned();
  }
}
