import { BatchPolicy, NO_REPORTS } from '../../src/dispatch/batch-policy.js';
import { Dispatcher } from '../../src/dispatch/dispatcher.js';
import { Isolation } from '../../src/dispatch/isolation.js';
import type { Outcome } from '../../src/dispatch/outcome.js';
import { Route } from '../../src/dispatch/route.js';
import type { Ticket } from '../../src/dispatch/ticket.js';
import type { WorkUnit } from '../../src/pool/work-unit.js';
import { type Frame, FrameType } from '../../src/protocol/frame.js';
import { FakeClock } from '../support/fake-clock.js';
import { FakePool, type FakeWorker } from '../support/fake-pool.js';
import { type Command, type RouteName, SPLITS } from './dispatcher-commands.js';
import { batchable } from './fake-batch.js';

const options = {
  cores: 3,
  queueLimit: 12,
  interruptGrace: 100,
  retrySafe: true,
  reservedWorkers: 'auto',
  shortTime: 500,
} as const;

type Submit = Extract<Command, { do: 'submit' }>;

interface Entry extends Submit {
  readonly id: number;
  readonly submittedAt: number;
  readonly batched: boolean;
  ticket: Ticket | undefined;
  outcomes: Outcome[];
  endedAt: number | undefined;
  cancelled: boolean;
  /** How often R has run it, and how often R may run it. */
  runs: number;
  mayRun: number;
  /** How often a worker received it. */
  starts: number;
}

const USUAL_MS: Record<RouteName, number> = {
  brief: 0.25,
  fast: 20,
  slow: 900,
  new: 30,
  single: 20,
  batched: 3,
  waiting: 30,
  none: 5,
};

/** A dispatcher with a fake pool, and a record of what happens to each request. */
export class DispatcherModel {
  readonly clock = new FakeClock();
  readonly pool = new FakePool();
  readonly dispatcher = new Dispatcher(this.pool, options, this.clock);
  readonly entries: Entry[] = [];
  readonly policies = {
    batched: new BatchPolicy({ max: 8, wait: 0 }, NO_REPORTS, true),
    waiting: new BatchPolicy({ max: 4, wait: 10 }, NO_REPORTS, true),
  };
  readonly routes: Partial<Record<RouteName, Route>> = {
    brief: new Route(),
    fast: new Route(),
    slow: new Route(),
    new: new Route(),
    single: new Route(1),
    batched: new Route(Infinity, this.policies.batched),
    waiting: new Route(Infinity, this.policies.waiting),
  };
  /** A separate instance, which tells what may run. */
  readonly isolation = new Isolation(
    options,
    this.clock,
    () => this.pool.healthy,
    Object.values(this.routes) as Route[],
  );

  constructor(workers = 2) {
    for (const name of ['brief', 'fast', 'slow', 'single'] as const) {
      for (let i = 0; i < 20; i++)
        this.routes[name]!.observe({ ms: USUAL_MS[name], requests: 1, worker: this });
    }
    this.pool.dispatcher = this.dispatcher;
    this.pool.assigned = (worker, unit) => this.#assigned(worker, unit);
    for (let i = 0; i < workers; i++) this.pool.add();
  }

  run(command: Command): void {
    switch (command.do) {
      case 'submit':
        this.submit(command);
        break;
      case 'cancel': {
        const entry = this.entries[command.job];
        if (entry?.ticket === undefined || entry.endedAt !== undefined) break;
        entry.cancelled = true;
        entry.endedAt = this.clock.now();
        this.dispatcher.cancel(entry.ticket);
        break;
      }
      case 'advance':
        this.clock.advance(command.ms);
        break;
      case 'add':
        if (this.pool.workers.length < 4) this.pool.add(command.plan);
        break;
      default: {
        const worker = this.pool.workers[command.worker];
        if (worker !== undefined) this.#act(worker, command);
      }
    }
    this.clock.turn();
    this.checkNow();
  }

  submit(command: Submit): Entry {
    const { gap, items, plan, queueTimeout, route: name, safe, timeout, urgent } = command;
    if (gap > 0) this.clock.advance(gap);
    const route = this.routes[name];
    const id = this.entries.length;
    const policy = name === 'batched' || name === 'waiting' ? this.policies[name] : undefined;
    const batched = policy !== undefined && !urgent;
    const entry: Entry = {
      ...command,
      id,
      batched,
      submittedAt: this.clock.now(),
      ticket: undefined,
      outcomes: [],
      endedAt: undefined,
      cancelled: false,
      runs: 0,
      mayRun: 1,
      starts: 0,
    };
    this.entries.push(entry);
    if (route !== undefined) this.isolation.arrived(route, this.clock.now());
    entry.ticket = this.dispatcher.submit({
      label: `r${id}`,
      url: '/',
      type: FrameType.call,
      payload: () => [Buffer.from(`${id}`)],
      safe,
      urgent,
      route,
      plan,
      timeout,
      queueTimeout,
      batch: batched ? batchable(`${name} ${plan}`, items, policy, `${id}`) : undefined,
      settle: (outcome) => {
        if (outcome.kind === 'error' && outcome.code === 'no_worker_free')
          must(entry.runs === 0, `request ${id} is to run elsewhere, but has run`);
        entry.outcomes.push(outcome);
        entry.endedAt = this.clock.now();
      },
    });
    return entry;
  }

  #act(worker: FakeWorker, command: Extract<Command, { worker: number }>): void {
    const { head } = worker;
    const ids = head === undefined ? [] : idsOf(head);
    switch (command.do) {
      case 'die':
        this.pool.failing = command.failing;
        for (const unit of worker.open) {
          const entry = this.entries[idsOf(unit)[0]!]!;
          if (entry.safe && entry.runs === 1) entry.mayRun += 1;
        }
        if (command.begun) this.#ran(ids, ({ runs, safe }) => ids.length > 1 || (safe && runs === 1));
        worker.die(command.begun);
        break;
      case 'take-back':
        worker.takeBack();
        break;
      case 'leave-out':
        if (worker.slots[0]?.ahead === true) worker.leaveOut();
        break;
      case 'open':
        if (head === undefined || ids.length > 1) break;
        this.#ran(ids, () => false);
        worker.openHead(USUAL_MS[this.entries[ids[0]!]!.route]);
        break;
      case 'settle':
        worker.answerOpen(command.place, answer);
        break;
      case 'print':
        head?.printed();
        break;
      case 'answer': {
        if (head === undefined) break;
        this.#ran(ids, () => ids.length > 1 && command.split !== 'parts');
        const ms = USUAL_MS[this.entries[ids[0]!]!.route] * (command.unusuallySlow ? 50 : 1);
        worker.answer(ms, { ...answer, id: SPLITS.indexOf(command.split) });
      }
    }
  }

  #ran(ids: readonly number[], again: (entry: Entry) => boolean): void {
    for (const id of ids) {
      const entry = this.entries[id]!;
      entry.runs += 1;
      if (again(entry)) entry.mayRun += 1;
    }
  }

  /** What must hold whenever a worker receives work. */
  #assigned(worker: FakeWorker, unit: WorkUnit): void {
    const taken = idsOf(unit).map((id) => this.entries[id]!);
    this.#learn(unit, taken[0]!);
    for (const entry of taken) {
      const { id, plan, route } = entry;
      must((plan ?? worker.plan) === worker.plan, `request ${id} requires a worker with plan ${plan}`);
      must(entry.endedAt === undefined, `request ${id} has already ended`);
      const own = this.routes[route];
      must(own === undefined || this.isolation.admits(own), `request ${id} may not run yet`);
      if (entry.batched || entry.urgent || entry.starts++ > 0) continue;
      const older = this.entries.find(
        (other) =>
          other.submittedAt < entry.submittedAt &&
          other.route === route &&
          other.plan === plan &&
          other.ticket?.state === 'queued',
      );
      must(older === undefined, `request ${id} overtakes request ${older?.id}, which is older`);
    }
  }

  /** Has the own isolation learn what the dispatcher's does when R has answered. */
  #learn(unit: WorkUnit, { route, submittedAt }: Entry): void {
    const own = this.routes[route];
    if (own === undefined) return;
    const { left } = unit;
    unit.left = (ms, cut) => {
      left.call(unit, ms, cut);
      if (ms !== undefined) this.isolation.arrived(own, submittedAt);
    };
  }

  /** What must hold at the end of every turn of the event loop. */
  checkNow(): void {
    const { dispatcher, entries, pool } = this;
    const open = entries.filter(({ endedAt }) => endedAt === undefined);
    const queued = open.filter(({ ticket }) => ticket!.state === 'queued');
    must(
      dispatcher.queued === queued.length,
      `${queued.length} requests wait, but queued is ${dispatcher.queued}`,
    );
    const behind = pool.workers
      .flatMap(({ slots }) => slots.slice(1))
      .filter(({ unit }) => unit !== undefined);
    must(
      dispatcher.waiting === queued.length + behind.length,
      `${behind.length} more stand in pipes, but ${dispatcher.waiting} wait`,
    );
    const units = pool.workers.flatMap((worker) => worker.open.map((unit) => ({ unit, worker })));
    must(
      dispatcher.open === units.length,
      `${units.length} requests are open, but open is ${dispatcher.open}`,
    );
    for (const { unit, worker } of units) {
      const [id] = idsOf(unit);
      const { endedAt } = entries[id!]!;
      must(
        endedAt === undefined || worker.abandoned.has(unit.id),
        `request ${id} has ended, but is open in R`,
      );
    }
    const heads = pool.workers.flatMap(({ head }) => head ?? []);
    const running = heads.reduce((sum, { size }) => sum + size, 0);
    must(dispatcher.running === running, `${running} requests run, but running is ${dispatcher.running}`);
    for (const [name, route] of Object.entries(this.routes)) {
      const calls = heads.filter((head) => entries[idsOf(head)[0]!]!.route === name).length;
      must(route.running === calls, `${calls} calls of ${name} run, but its running is ${route.running}`);
      const waits = units.filter(({ unit }) => entries[idsOf(unit)[0]!]!.route === name).length;
      must(route.open === waits, `${waits} calls of ${name} are open, but its open is ${route.open}`);
      must(calls + waits <= route.concurrency, `${calls + waits} calls of ${name} run or are open`);
    }
    must(
      !pool.broken || pool.workers.length > 0 || queued.length === 0,
      'requests wait although no worker can start',
    );
    if (pool.idle > 0) {
      const held = queued.find(
        ({ batched, route }) =>
          !batched && (this.routes[route] === undefined || this.isolation.admits(this.routes[route])),
      );
      must(held === undefined, `request ${held?.id} waits although a worker is idle`);
    }
    for (const { head, interrupted } of pool.workers) {
      if (head === undefined) continue;
      const awaited = idsOf(head).some((id) => entries[id]!.endedAt === undefined);
      must(awaited || interrupted, `R runs ${idsOf(head)}, although no client waits for it`);
    }
    for (const { cancelled, id, mayRun, outcomes, runs } of entries) {
      must(runs <= mayRun, `request ${id} has run ${runs} times`);
      must(outcomes.length <= (cancelled ? 0 : 1), `request ${id} has ${outcomes.length} outcomes`);
    }
  }

  /** Lets all deadlines pass, then lets R answer everything. */
  end(): void {
    this.clock.advance(5000);
    this.checkNow();
    for (const { endedAt, id, submittedAt, timeout } of this.entries) {
      must(endedAt !== undefined && endedAt - submittedAt <= timeout, `request ${id} is not settled in time`);
    }
    for (const worker of [...this.pool.workers]) {
      while (worker.slots.length > 0) worker.answer(1, answer);
      while (worker.open.length > 0) worker.answerOpen(0, answer);
    }
    this.clock.advance(100);
    const { expectedWait, longestWait, open, queued, running } = this.dispatcher;
    must(
      [expectedWait, longestWait, open, queued, running].every((n) => n === 0),
      'the dispatcher is not empty',
    );
    for (const { open, queued, queuedItems, running, runningRequests } of Object.values(this.routes)) {
      const counts = [open, queued, queuedItems, running, runningRequests];
      must(
        counts.every((n) => n === 0),
        `a route still has the counts ${counts}`,
      );
    }
    must(this.clock.pending === 0, 'a timer is still pending');
  }
}

/** Much faster than vitest's `expect`: the model calls it a million times. */
function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

export const answer: Frame = {
  type: FrameType.value,
  id: 0,
  time: 0,
  payload: Buffer.alloc(0),
  length: 0,
};

/** The IDs of the requests of a work unit. */
function idsOf(unit: WorkUnit): number[] {
  return Buffer.concat(unit.payload()).toString().split(',').map(Number);
}
