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
