import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WorkerPipe } from '../../src/pool/worker-pipe.js';
import { ProtocolError } from '../../src/protocol/frame-reader.js';
import { FakeUnit } from './fake-unit.js';

/** A pipe with one unit for each given time, by which R must start it. */
function pipeOf(...startBy: number[]): { pipe: WorkerPipe; units: FakeUnit[] } {
  const pipe = new WorkerPipe();
  const units = startBy.map((_, i) => new FakeUnit(i + 1));
  for (const [i, unit] of units.entries()) pipe.push(unit, startBy[i]!, 10);
  return { pipe, units };
}

test('expects answers in the order of the units, and rejects any other answer', () => {
  const { pipe, units } = pipeOf(Infinity, 100, 100);
  expect(() => pipe.shift(2)).toThrow(ProtocolError);
  for (const unit of units) expect(pipe.shift(unit.id)).toBe(unit);
  expect(() => pipe.shift(1)).toThrow('unexpected answer 1');
});

test('takes back waiting units that are late, but never the running one', () => {
  const { pipe, units } = pipeOf(Infinity, 100, 200);
  expect(pipe.isLate(100)).toBe(false);
  expect(pipe.isLate(101)).toBe(true);
  expect(pipe.takeBack(101)).toEqual([units[1]]);
  expect(pipe.takeBack(101)).toEqual([]);
  expect(pipe.waits).toBe(true);
  expect(pipe.shift(1)).toBe(units[0]);
  expect(pipe.head).toBeUndefined();
  expect(pipe.shift(2)).toBeUndefined();
  expect(pipe.head).toBe(units[2]);
});

test('considers a short frame read once R reaches it, and a long one once R says so', () => {
  const pipe = new WorkerPipe();
  pipe.push(new FakeUnit(1), Infinity, 4000);
  pipe.push(new FakeUnit(2), 100, 4001);
  expect(pipe.isRead).toBe(true);
  pipe.hasRead(2); // R has not reached unit 2
  pipe.shift(1);
  expect(pipe.isRead).toBe(false);
  pipe.hasRead(2);
  expect(pipe.isRead).toBe(true);
  pipe.shift(2);
  expect(pipe.isRead).toBe(false);
});

test('returns the running unit and the waiting ones separately when the worker dies', () => {
  const { pipe, units } = pipeOf(Infinity, 100, 200, 300);
  pipe.takeBack(150);
  expect(pipe.clear()).toEqual({ running: units[0], waiting: [units[2], units[3]] });
  expect(pipe.clear()).toEqual({ running: undefined, waiting: [] });
  expect([pipe.length, pipe.backlog]).toEqual([0, 0]);
});

test('returns each unit once and has no backlog when empty, for any order of events (seed 20261129)', () => {
  const event = fc.oneof(
    fc.record({ push: fc.constantFrom(0.1, 0.7, 2), startBy: fc.nat(10) }),
    fc.constant('shift' as const),
    fc.record({ takeBack: fc.nat(10) }),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const pipe = new WorkerPipe();
      const pushed: FakeUnit[] = [];
      const out: unknown[] = [];
      let answered = 0;
      for (const one of events) {
        if (one === 'shift') {
          if (pipe.length > 0) out.push(pipe.shift(++answered) ?? []);
        } else if ('push' in one) {
          const unit = new FakeUnit(pushed.length + 1, { expected: one.push });
          pushed.push(unit);
          pipe.push(unit, one.startBy, 10);
        } else {
          out.push(pipe.takeBack(one.takeBack));
        }
        if (pipe.length === 0) expect(pipe.backlog).toBe(0);
        expect(pipe.backlog).toBeGreaterThanOrEqual(0);
      }
      const { running, waiting } = pipe.clear();
      const all = [...out, running ?? [], waiting].flat();
      expect(all).toHaveLength(pushed.length);
      expect(new Set(all)).toEqual(new Set(pushed));
    }),
    { seed: 20261129, numRuns: 200 },
  );
});
