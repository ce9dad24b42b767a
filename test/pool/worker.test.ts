import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameType } from '../../src/protocol/frame.js';
import { rNull, writeRData } from '../../src/rdata/index.js';
import { FakeUnit } from './fake-unit.js';
import { WorkerModel } from './worker-model.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const nothing = writeRData(rNull);
const ready = (): WorkerModel => new WorkerModel().becomeReady();

/** A worker that runs unit 1 while `behind` other units wait behind it. */
function busy(behind = 0): { model: WorkerModel; units: FakeUnit[] } {
  const model = ready();
  const units = Array.from({ length: 1 + behind }, (_, i) => new FakeUnit(i + 1, { expected: 0.2 }));
  for (const unit of units) model.worker.assign(unit);
  vi.advanceTimersByTime(0); // waiting units are sent at the end of the turn
  return { model, units };
}

test('a worker starts, loads the app, and then accepts work', () => {
  const model = new WorkerModel();
  expect(model.worker.state).toBe('starting');
  model.connect();
  expect(model.worker.state).toBe('warming');
  const other = ready();
  expect(other.worker.state).toBe('idle');
  expect(other.owner.ready).toHaveBeenCalledTimes(1);
  expect(other.owner.idle).toHaveBeenCalledTimes(1);
});

test('a finished request frees its worker before the client is answered', () => {
  const { model, units } = busy();
  const [unit] = units;
  model.owner.idle.mockImplementation(() => unit!.events.push('idle'));
  expect(model.received).toEqual([FrameType.call]);
  model.send(FrameType.result, 1, nothing, 3);
  expect(unit!.events).toEqual(['started', 'left 3', 'idle', 'finished']);
  expect(model.worker).toMatchObject({ state: 'idle', requests: 1 });
});

test('R runs the units in its pipe in order, and each counts as started when R reaches it', () => {
  const { model, units } = busy(2);
  expect(units.map(({ events }) => events)).toEqual([['started'], ['handed'], ['handed']]);
  expect(model.received).toEqual([FrameType.call, FrameType.call, FrameType.call]);
  model.send(FrameType.result, 1).send(FrameType.unstarted, 2).send(FrameType.result, 3, nothing, 2);
  expect(units[1]!.events).toEqual(['handed', 'started', 'returned']);
  expect(units[2]!.events).toEqual(['handed', 'started', 'left 2', 'finished']);
  expect(model.worker).toMatchObject({ state: 'idle', requests: 2 });
});

test('a busy worker accepts no long unit, and nothing behind an interrupted unit or more than 2 ms of work', () => {
  const { model } = busy();
  const brief = new FakeUnit(9, { expected: 0.2 });
  expect(model.worker.canLookAhead(brief)).toBe(true);
  expect(model.worker.canLookAhead(new FakeUnit(9, { expected: Infinity }))).toBe(false);
  model.worker.assign(new FakeUnit(2, { expected: 1.9 }));
  expect(model.worker.canLookAhead(brief)).toBe(false);
  const { model: other } = busy();
  other.worker.interrupt(1000);
  expect(other.worker.canLookAhead(brief)).toBe(false);
});

test.each([
  ['an answer to a request that the worker did not get', FrameType.result, 2],
  ['a frame of an unknown type', 200 as FrameType, 0],
] as const)('%s closes the connection and kills the worker', (_, type, id) => {
  const { model, units } = busy();
  model.send(type, id);
  expect(model.socket.destroyed).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(model.signals).toContain('kill');
  model.end();
  expect(units[0]!.events).toEqual(['started', 'lost']);
});

test('a worker that dies loses its running unit and returns the waiting ones', () => {
  const { model, units } = busy(2);
  model.end('SIGSEGV');
  expect(units.map(({ events }) => events.at(-1))).toEqual(['lost', 'returned', 'returned']);
  expect(model.worker.state).toBe('dead');
  expect(model.owner.dead).toHaveBeenCalledExactlyOnceWith(model.worker, { code: null, signal: 'SIGSEGV' });
});

test('an answer that a worker sent before it died is used', () => {
  const { model, units } = busy();
  model.owner.dead.mockImplementation(() => units[0]!.events.push('dead'));
  const { destroy } = model.socket;
  model.socket.destroy = () => {}; // a child process keeps the connection open
  model.end();
  model.send(FrameType.result, 1, nothing, 3);
  model.socket.destroy = destroy;
  vi.advanceTimersByTime(1000);
  expect(units[0]!.events).toEqual(['started', 'left 3', 'finished', 'dead']);
});

test('an answer is used even if R has printed something before it and died after it', () => {
  const { model, units } = busy();
  model.print();
  model.send(FrameType.result, 1, nothing, 3);
  model.end();
  vi.advanceTimersByTime(10);
  expect(units[0]!.events).toEqual(['started', 'printed', 'left 3', 'finished']);
  expect(model.worker.state).toBe('dead');
});

test('a worker gets no work if its last answer is read after it has ended', () => {
  const { model, units } = busy();
  model.owner.idle.mockClear();
  model.exit();
  model.send(FrameType.result, 1, nothing, 3);
  expect(units[0]!.events).toEqual(['started', 'left 3', 'finished']);
  expect(model.owner.idle).not.toHaveBeenCalled();
});

test('an idle worker that dies gets no more work', () => {
  const model = ready();
  model.end(null, 1);
  expect(model.worker.state).toBe('dead');
});

test('a unit that R had not read when its connection was reset counts as not started', () => {
  const { model, units } = busy();
  model.socket.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  model.end();
  expect(units[0]!.events.at(-1)).toBe('lost before it began');
});

test('R is interrupted once, after 100 ms, and pinged to check that the signal has arrived', () => {
  const { model, units } = busy();
  model.received;
  model.worker.interrupt(1000);
  model.worker.interrupt(1000);
  vi.advanceTimersByTime(99);
  expect(model.signals).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(model.signals).toEqual(['SIGINT']);
  model.send(FrameType.interrupted, 1, nothing, 105);
  expect(model.owner.interrupted).toHaveBeenCalledExactlyOnceWith(model.worker, 'unit 1', {
    ms: 105,
    calls: [],
  });
  expect(units[0]!.events).toEqual(['started', 'left 105', 'finished']);
  expect(model.received).toEqual([FrameType.ping]);
  expect(model.worker.state).toBe('busy');
  model.send(FrameType.pong);
  expect(model.worker.state).toBe('idle');
  vi.advanceTimersByTime(10_000);
  expect(model.signals).toEqual(['SIGINT']);
});

test('R is not interrupted if it answers before the signal, and the worker is idle at once', () => {
  const { model } = busy();
  model.worker.interrupt(1000);
  model.send(FrameType.result, 1);
  expect(model.worker.state).toBe('idle');
  vi.advanceTimersByTime(10_000);
  expect(model.signals).toEqual([]);
});

test('a worker that does not respond to an interrupt within the grace period is killed', () => {
  const { model, units } = busy();
  model.worker.interrupt(1000);
  vi.advanceTimersByTime(1000);
  expect(model.signals).toEqual(['SIGINT', 'kill']);
  expect(model.owner.interrupted).toHaveBeenCalledExactlyOnceWith(model.worker, 'unit 1', undefined);
  model.end();
  expect(units[0]!.events.at(-1)).toBe('lost');
});

test('R is interrupted only after it has read its unit, and after the waiting units are taken back', () => {
  const model = ready();
  model.worker.assign(new FakeUnit(1, { bytes: 5000 }));
  model.worker.interrupt(1000);
  vi.advanceTimersByTime(500);
  expect(model.signals).toEqual([]);
  model.send(FrameType.begun, 1);
  vi.advanceTimersByTime(100);
  expect(model.signals).toEqual(['SIGINT']);

  const { model: other, units } = busy(1);
  other.worker.interrupt(1000);
  vi.advanceTimersByTime(99);
  expect(units[1]!.events).toEqual(['handed', 'returned']);
  expect(other.signals).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(other.signals).toEqual(['SIGINT']);
});

test('a busy worker finishes its work before it stops', () => {
  const { model, units } = busy();
  model.received;
  model.worker.stop(5000);
  expect(model.worker.state).toBe('draining');
  expect(model.received).toEqual([]);
  model.send(FrameType.result, 1);
  expect(units[0]!.events).toContain('finished');
  expect(model.received).toEqual([FrameType.stop]);
  expect(model.worker.state).toBe('stopping');
  expect(model.owner.idle).toHaveBeenCalledTimes(1);
  model.end(null, 0);
  expect(model.signals.filter((signal) => signal !== 'kill')).toEqual([]);
});

test('a worker that does not stop in time is killed, and its running unit is lost', () => {
  const { model, units } = busy(1);
  model.worker.stop(5000);
  vi.advanceTimersByTime(5000);
  expect(model.signals).toContain('kill');
  model.end();
  expect(units[0]!.events.at(-1)).toBe('lost');
  expect(units[1]!.events.at(-1)).toBe('returned');
});

test('a worker that is stopped before it has loaded the app is killed', () => {
  const model = new WorkerModel().connect();
  model.worker.stop(5000);
  expect(model.signals).toEqual(['kill']);
  model.send(FrameType.ready);
  expect(model.owner.ready).not.toHaveBeenCalled();
});

test('output that R printed before its answer is read before the answer', () => {
  const { model, units } = busy();
  model.print();
  model.send(FrameType.result, 1);
  expect(units[0]!.events).toEqual(['started', 'printed']);
  vi.advanceTimersByTime(0);
  expect(units[0]!.events.at(-1)).toBe('finished');
});

/** A worker in which these units wait for a promise. */
function opened(...units: FakeUnit[]): WorkerModel {
  const model = ready();
  for (const unit of units) {
    model.worker.assign(unit);
    model.send(FrameType.opened, unit.id, nothing, 1);
  }
  model.received;
  return model;
}

test('a unit that waits for a promise frees its worker, and is finished by its own answer', () => {
  const unit = new FakeUnit(1);
  const model = opened(unit);
  expect(unit.events).toEqual(['started', 'left 1', 'opened']);
  expect(model.worker).toMatchObject({ state: 'idle', open: 1 });
  const other = new FakeUnit(2);
  model.worker.assign(other);
  model.send(FrameType.result, 1);
  expect(unit.events.at(-1)).toBe('finished');
  expect(model.worker).toMatchObject({ state: 'busy', open: 0 });
  model.send(FrameType.result, 2);
  expect(other.events.at(-1)).toBe('finished');
  expect(model.worker.state).toBe('idle');
});

test('a worker gets no work while it has as many open units as it may', () => {
  const units = [1, 2, 3].map((id) => new FakeUnit(id));
  const model = opened(...units);
  expect(model.worker).toMatchObject({ state: 'busy', open: 3 });
  model.send(FrameType.value, 2);
  expect(model.worker).toMatchObject({ state: 'idle', open: 2 });
});

test('an abandoned unit is open until R has confirmed it, and nothing else is interrupted', () => {
  const [unit, other] = [new FakeUnit(1), new FakeUnit(2)];
  const model = opened(unit, other);
  model.worker.assign(new FakeUnit(3));
  model.received;
  model.worker.abandon(unit);
  expect(model.received).toEqual([FrameType.abandon]);
  model.send(FrameType.result, 3).send(FrameType.interrupted, 1);
  expect(unit.events.at(-1)).toBe('finished');
  expect(other.events.at(-1)).toBe('opened');
  expect(model.worker).toMatchObject({ state: 'idle', open: 1 });
  model.worker.abandon(unit);
  vi.advanceTimersByTime(10_000);
  expect(model.received).toEqual([]);
  expect(model.signals).toEqual([]);
});

test('a worker is not idle while callbacks run', () => {
  const model = opened(new FakeUnit(1));
  model.send(FrameType.resumed);
  expect(model.worker.state).toBe('busy');
  expect(model.owner.busy).toHaveBeenCalledTimes(1);
  model.send(FrameType.result, 1);
  expect(model.worker.state).toBe('busy');
  model.send(FrameType.rested);
  expect(model.worker.state).toBe('idle');
});

test('a unit that callbacks keep waiting is taken back, and one that R has begun is not', () => {
  const model = opened(new FakeUnit(1));
  const [late, begun] = [new FakeUnit(2), new FakeUnit(3)];
  model.worker.assign(late);
  model.send(FrameType.resumed);
  vi.advanceTimersByTime(80);
  expect(late.events).toEqual(['started', 'returned']);
  model.send(FrameType.rested).send(FrameType.unstarted, 2);
  expect(model.worker.state).toBe('idle');
  model.worker.assign(begun);
  model.send(FrameType.begun, 3);
  vi.advanceTimersByTime(1000);
  expect(begun.events).toEqual(['started']);
});

test('callbacks that run for longer than a request may are interrupted, and killed if that does not help', () => {
  const model = opened(new FakeUnit(1));
  model.send(FrameType.resumed);
  vi.advanceTimersByTime(1000 + 100);
  expect(model.signals).toEqual(['SIGINT']);
  model.send(FrameType.rested);
  expect(model.received).toEqual([FrameType.ping]);
  expect(model.worker.state).toBe('busy');
  model.send(FrameType.pong);
  expect(model.worker.state).toBe('idle');

  const other = opened(new FakeUnit(1));
  other.send(FrameType.resumed);
  vi.advanceTimersByTime(1000 + 500);
  expect(other.signals).toEqual(['SIGINT', 'kill']);
});

test('a worker that dies loses its open units as well', () => {
  const units = [1, 2].map((id) => new FakeUnit(id));
  const model = opened(...units);
  const running = new FakeUnit(3);
  model.worker.assign(running);
  model.end();
  expect([...units, running].map(({ events }) => events.at(-1))).toEqual(['lost', 'lost', 'lost']);
  expect(model.worker.open).toBe(0);
});

test('a worker that is replaced waits for its open units, and one that is stopped does so for its grace period', () => {
  const model = opened(new FakeUnit(1));
  model.worker.stop(5000, true);
  expect(model.worker.state).toBe('draining');
  vi.advanceTimersByTime(60_000);
  expect(model.signals).toEqual([]);
  model.send(FrameType.result, 1);
  expect(model.received).toEqual([FrameType.stop]);

  const other = opened(new FakeUnit(1));
  other.worker.stop(5000);
  vi.advanceTimersByTime(5000);
  expect(other.signals).toEqual(['kill']);
});
