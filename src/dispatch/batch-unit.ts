import type { Clock } from '../clock.js';
import type { UnitWorker, WorkUnit } from '../pool/work-unit.js';
import type { WorkerExit } from '../pool/worker-exit.js';
import type { Frame, FrameType } from '../protocol/frame.js';
import type { Batchable, MergedCall, Split } from './batch.js';
import type { QueuedTicket } from './queued-ticket.js';

/** A check is made only if the deadlines leave this many times what the batch took. */
const CHECK_TIMES = 3;

/** Callbacks for events of batches. */
export interface BatchListener {
  /** R has computed a batch, in `ms` ms. */
  computed(requests: number, items: number, ms: number): void;
  /** The result was split and its parts were printed, in `ms` ms. */
  split(ms: number): void;
  /** The result could not be read or printed, because of an error in Penstock or in the app. */
  failed(error: unknown): void;
}

/** Several requests on their way through R as one call. */
export class BatchUnit implements WorkUnit {
  readonly id: number;
  /** Nothing may wait behind a batch in a worker's pipe, because it takes long. */
  readonly expected = Infinity;
  readonly #tickets: readonly QueuedTicket[];
  readonly #first: Batchable;
  readonly #call: MergedCall;
  readonly #items: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listener: BatchListener;

  /**
   * @param tickets two or more, with the same key
   * @param random  returns a number from 0 up to 1, to choose the one request to check
   */
  constructor(
    id: number,
    tickets: readonly QueuedTicket[],
    clock: Clock,
    listener: BatchListener,
    random: () => number = Math.random,
  ) {
    this.id = id;
    this.#tickets = tickets;
    this.#clock = clock;
    this.#random = random;
    this.#listener = listener;
    const jobs = tickets.map(({ job }) => job.batch!);
    this.#first = jobs[0]!;
    this.#items = jobs.reduce((sum, { items }) => sum + items, 0);
    this.#call = this.#first.merge(jobs);
    for (const ticket of tickets) {
      ticket.batch = this;
      ticket.batchSize = tickets.length;
    }
  }

  get leader(): QueuedTicket {
    return this.#tickets[0]!;
  }

  get label(): string {
    return this.leader.label;
  }

  get url(): string {
    return this.leader.url;
  }

  get size(): number {
    return this.#tickets.length;
  }

  get startedAt(): number | undefined {
    return this.leader.startedAt;
  }

  get type(): FrameType {
    return this.#call.type;
  }

  payload(): readonly Buffer[] {
    return this.#call.payload;
  }

  get awaited(): boolean {
    return this.#tickets.some(({ state }) => state !== 'settled');
  }

  handed(worker: UnitWorker): void {
    for (const ticket of this.#tickets) ticket.handed(worker);
  }

  started(worker: UnitWorker): void {
    for (const ticket of this.#tickets) ticket.started(worker);
  }

  printed(): void {}

  left(rTime: number, cut = false): void {
    if (!cut) this.#first.policy.observe(this.#items, rTime);
    this.#listener.computed(this.#tickets.length, this.#items, rTime);
    for (const ticket of this.#tickets) ticket.left(rTime, cut);
  }

  /** Never called: R gives up a batch whose handler returns a promise. */
  opened(): void {}

  /** Never called: a batch is never open. */
  streamed(): void {}
  element(): void {}
  endStream(): void {}

  finished(frame: Frame): void {
    const { policy } = this.#first;
    const startedAt = this.#clock.now();
    const split = this.#split(frame);
    this.#listener.split(this.#clock.now() - startedAt);
    if (split.kind !== 'parts') {
      if (split.kind === 'indivisible') policy.disable(split.reason);
      this.#oneByOne(split.kind === 'failed', split.reason);
      return;
    }
    if (policy.takeCheck() && this.#leavesTime()) this.#check(split.parts);
    else this.#settle(split.parts);
  }

  /** Whether all deadlines leave time for a check. */
  #leavesTime(): boolean {
    const time = CHECK_TIMES * this.#first.policy.timeFor(this.#items);
    return this.#tickets.every(({ remaining, state }) => state === 'settled' || remaining > time);
  }

  /** A request whose part is undefined runs alone. */
  #settle(parts: readonly unknown[], except?: QueuedTicket): void {
    this.#tickets.forEach((ticket, i) => {
      if (ticket === except) return;
      const part = parts[i];
      if (part !== undefined) ticket.settle({ kind: 'part', part });
      else if (ticket.state !== 'settled') ticket.again();
    });
  }

  /** The others wait until one request has run alone. */
  #check(parts: readonly unknown[]): void {
    const waiting = this.#tickets.filter(({ state }) => state !== 'settled');
    const chosen = waiting[Math.floor(this.#random() * waiting.length)];
    if (chosen === undefined) return;
    const part = parts[this.#tickets.indexOf(chosen)];
    for (const ticket of waiting) ticket.awaitCheck();
    chosen.ranAlone = (frame) => {
      const isWrong = this.#isWrong(chosen.job.batch!, part, frame);
      if (isWrong) this.#first.policy.contradicted();
      this.#settle(isWrong ? [] : parts, chosen);
    };
    chosen.again(this.#tickets.length);
  }

  /** Whether a request has certainly got another answer alone. */
  #isWrong(batch: Batchable, part: unknown, alone: Frame | undefined): boolean {
    if (part === undefined || alone === undefined || !succeeded(batch, alone)) return false;
    try {
      return !batch.isSame(part, alone);
    } catch (error) {
      this.#listener.failed(error);
      return false;
    }
  }

  /** If reading, splitting or printing fails, each request runs alone. */
  #split(frame: Frame): Split {
    try {
      return this.#call.split(frame);
    } catch (error) {
      this.#listener.failed(error);
      return { kind: 'failed', reason: 'its result cannot be split' };
    }
  }

  returned(): void {
    for (const ticket of this.#tickets) ticket.unstarted(); // while the leader still represents all of them
    for (const ticket of this.#tickets) {
      ticket.batch = undefined;
      ticket.batchSize = 1;
      ticket.returned();
    }
  }

  /** Each request runs alone, which shows which one ends the worker. */
  lost(_worker: UnitWorker, _exit: WorkerExit): void {
    for (const ticket of this.#tickets) ticket.left(undefined);
    this.#oneByOne(false);
  }

  /**
   * @param watched whether to count a failure of the function if all requests succeed alone
   * @param reason  why the batch failed, if known
   */
  #oneByOne(watched: boolean, reason?: string): void {
    const waiting = this.#tickets.filter(({ state }) => state !== 'settled');
    let left = waiting.length;
    let allSucceeded = waiting.length === this.#tickets.length;
    for (const ticket of waiting) {
      if (watched) {
        ticket.ranAlone = (frame) => {
          allSucceeded &&= frame !== undefined && succeeded(ticket.job.batch!, frame);
          left -= 1;
          if (left === 0) this.#first.policy.failed(allSucceeded, reason);
        };
      }
      ticket.again();
    }
  }
}

/** An answer that can't be read is not a success. */
function succeeded(batch: Batchable, alone: Frame): boolean {
  try {
    return batch.succeeded(alone);
  } catch {
    return false;
  }
}
