import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameType } from '../../src/protocol/frame.js';
import { commands } from './dispatcher-commands.js';
import { answer, DispatcherModel } from './dispatcher-model.js';

/** To repeat a failure, use the seed and the path that fast-check reports: { seed, path: '...' }. */
const RUNS = { seed: 20261129, numRuns: 500 };

test(`no request is lost, settled twice or run twice, whatever happens in any order (seed ${RUNS.seed})`, () => {
  fc.assert(
    fc.property(commands, (steps) => {
      const model = new DispatcherModel();
      for (const step of steps) model.run(step);
      model.end();
      for (const { cancelled, outcomes } of model.entries) expect(outcomes.length).toBe(cancelled ? 0 : 1);
    }),
    RUNS,
  );
});

const usual = {
  do: 'submit',
  gap: 0,
  plan: undefined,
  timeout: 5000,
  queueTimeout: undefined,
  urgent: false,
  safe: false,
  items: 1,
} as const;

/** A model whose workers are all busy. */
function busyModel(): DispatcherModel {
  const model = new DispatcherModel();
  for (const _ of model.pool.workers) model.submit({ ...usual, route: 'none' });
  return model;
}

test.each(['its client has disconnected', 'its deadline has passed'] as const)(
  'interrupts a request in the pipe of a worker as soon as R starts it if %s meanwhile',
  (what) => {
    const model = new DispatcherModel();
    const [one, other, next] = [1, 2, 3].map(() => model.submit({ ...usual, route: 'brief', timeout: 50 }));
    expect(next!.ticket!.state).toBe('handed');
    if (what === 'its client has disconnected') model.dispatcher.cancel(next!.ticket!);
    else model.clock.advance(50);
    const worker = model.pool.workers.find(({ slots }) => slots.length === 2)!;
    if (what === 'its client has disconnected') expect(worker.interrupted).toBe(false);
    worker.answer(0.25, answer);
    expect(worker.interrupted).toBe(true);
    expect(next!.outcomes.map(({ kind }) => kind)).toEqual(
      what === 'its client has disconnected' ? [] : ['error'],
    );
    expect([one, other].map((entry) => entry!.ticket!.state)).toContain('settled');
  },
);

test('returns a call at once if no idle worker has its plan, and runs those behind it', () => {
  const model = new DispatcherModel();
  const stale = model.submit({ ...usual, route: 'fast', plan: 'b' });
  const next = model.submit({ ...usual, route: 'fast' });
  model.clock.turn();
  expect(stale.outcomes).toEqual([{ kind: 'stale' }]);
  expect(next.ticket!.state).toBe('running');
});

test('fails requests at once if their worker dies and no other can start', () => {
  const model = new DispatcherModel(1);
  const [lost, waiting] = [1, 2].map(() => model.submit({ ...usual, route: 'fast', safe: true }));
  model.pool.failing = true;
  model.pool.workers[0]!.die(true);
  for (const entry of [lost, waiting])
    expect(entry!.outcomes).toEqual([{ kind: 'error', code: 'no_workers' }]);
});

test('a request waits for others as long as its @batch says, or until there are enough', () => {
  const model = new DispatcherModel();
  const first = model.submit({ ...usual, route: 'waiting', items: 2 });
  model.clock.advance(9.9);
  expect(first.ticket!.state).toBe('queued');
  model.clock.advance(0.1);
  expect(first.ticket!.state).toBe('running');
  const [second, third] = [1, 2].map(() => model.submit({ ...usual, route: 'waiting', items: 2 }));
  model.clock.turn();
  expect(second!.ticket).toMatchObject({ state: 'running', batchSize: 2, batch: third!.ticket!.batch });
});

test('requests for a brief function wait up to 5 ms for a running call to end before they start another', () => {
  const model = new DispatcherModel(3);
  model.policies.batched.observe(1, 3);
  const states = [1, 2, 3].map(() => {
    const { ticket } = model.submit({ ...usual, route: 'batched' });
    model.clock.turn();
    return ticket!.state;
  });
  expect(states).toEqual(['running', 'running', 'queued']); // the gateway uses the third core
  const last = model.entries.at(-1)!.ticket!;
  model.clock.advance(4.5);
  expect(last.state).toBe('queued');
  model.clock.advance(0.5);
  expect(last.state).toBe('running');
});

test('sends nothing to the client of a cancelled request, and interrupts R if it ran the request', () => {
  const model = busyModel();
  const [running] = model.entries;
  const waiting = model.submit({ ...usual, route: 'fast' });
  for (const entry of [running, waiting]) model.dispatcher.cancel(entry!.ticket!);
  expect(model.dispatcher.queued).toBe(0);
  expect(model.pool.workers.map(({ interrupted }) => interrupted)).toEqual([true, false]);
  model.pool.workers[0]!.answer(1, answer);
  expect(running!.outcomes).toEqual([]);
});

test('interrupts a call for several clients only when the last of them has disconnected', () => {
  const model = busyModel();
  const batch = [1, 2, 3].map(() => model.submit({ ...usual, route: 'batched' }));
  const [worker] = model.pool.workers;
  worker!.answer(1, answer);
  expect(batch.map(({ ticket }) => ticket!.batchSize)).toEqual([3, 3, 3]);
  for (const { ticket } of batch) {
    expect(worker!.interrupted).toBe(false);
    model.dispatcher.cancel(ticket!);
  }
  expect(worker!.interrupted).toBe(true);
});

test('fails only the request whose payload cannot be written, and gives its worker other work', () => {
  const model = new DispatcherModel();
  const before = model.pool.idle;
  const outcomes: string[] = [];
  model.dispatcher.submit({
    label: 'unwritable',
    url: '/unwritable',
    type: FrameType.call,
    payload: () => {
      throw new Error('a value that cannot be serialized');
    },
    safe: false,
    urgent: false,
    timeout: 1000,
    settle: ({ kind }) => outcomes.push(kind),
  });
  expect(outcomes).toEqual(['failed']);
  expect(model.pool.idle).toBe(before);
  expect(model.submit({ ...usual, route: 'fast' }).ticket!.state).toBe('running');
  expect(model.clock.pending).toBe(1); // the deadline of the running request
});

test('slow requests that left workers to short ones run a minute after the last short one, even if nothing else happens', () => {
  const model = new DispatcherModel();
  model.submit({ ...usual, route: 'fast' });
  model.pool.workers.find(({ head }) => head !== undefined)!.answer(20, answer);
  model.clock.advance(58_000);
  const [one, other] = [1, 2].map(() => model.submit({ ...usual, route: 'slow' }));
  model.clock.advance(1900);
  expect([one, other].map((entry) => entry!.ticket!.state)).toEqual(['running', 'queued']);
  model.clock.advance(100);
  expect(other!.ticket!.state).toBe('running');
});

test('a route whose clients have only ever left early takes no worker that is kept for short requests', () => {
  const model = new DispatcherModel();
  const next = () => model.pool.workers.find(({ head }) => head !== undefined)!;
  model.submit({ ...usual, route: 'fast' });
  next().answer(20, answer);
  for (let i = 0; i < 9; i++) {
    const { ticket } = model.submit({ ...usual, route: 'new' });
    model.dispatcher.cancel(ticket!);
    next().answer(110, { ...answer, type: FrameType.interrupted });
  }
  const more = [1, 2].map(() => model.submit({ ...usual, route: 'new' }));
  expect(more.map(({ ticket }) => ticket!.state)).toEqual(['running', 'queued']);
  expect(model.submit({ ...usual, route: 'fast' }).ticket!.state).toBe('running');
});

test('the first request of a route leaves workers to it once it has proved to be short', () => {
  const model = new DispatcherModel();
  const next = () => model.pool.workers.find(({ head }) => head !== undefined)!;
  model.submit({ ...usual, route: 'new' });
  next().answer(30, answer);
  const slow = [1, 2].map(() => model.submit({ ...usual, route: 'slow' }));
  expect(slow.map(({ ticket }) => ticket!.state)).toEqual(['running', 'queued']);
  expect(model.submit({ ...usual, route: 'new' }).ticket!.state).toBe('running');
});

test('a request that may not wait is rejected at once if its wait is known, and otherwise after its time in the queue', () => {
  const rejected = { kind: 'error', code: 'no_worker_free' };
  const busy = busyModel();
  const unknown = busy.submit({ ...usual, route: 'new', queueTimeout: 25 });
  busy.clock.advance(24);
  expect(unknown.outcomes).toEqual([]);
  busy.clock.advance(1);
  expect(unknown.outcomes).toEqual([rejected]);

  const slow = new DispatcherModel();
  for (const _ of slow.pool.workers) slow.submit({ ...usual, route: 'slow' });
  expect(slow.submit({ ...usual, route: 'slow', queueTimeout: 25 }).outcomes).toEqual([rejected]);
  slow.pool.add();
  slow.clock.turn();
  const running = slow.submit({ ...usual, route: 'slow', queueTimeout: 25 });
  slow.clock.advance(100);
  expect([running.outcomes, running.ticket!.state]).toEqual([[], 'running']);
});

test('waiting for a batch does not count as waiting for a worker', () => {
  const model = new DispatcherModel();
  const entry = model.submit({ ...usual, route: 'waiting', queueTimeout: 5 });
  model.clock.advance(9.9);
  expect(entry.outcomes).toEqual([]);
  model.clock.advance(0.2);
  expect(entry.ticket!.state).toBe('running');
});
