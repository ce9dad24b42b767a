import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Split } from '../../../src/dispatch/batch.js';
import type { Reply } from '../../../src/http/reply.js';
import { type NotCovered, printOptions } from '../../../src/json/index.js';
import { DirectAnswers, MAX_EXPANDED_ELEMENTS } from '../../../src/lanes/direct/answers.js';
import { splitAnswer, splitFilteredAnswer } from '../../../src/lanes/direct/split-answer.js';
import { type Frame, FrameType } from '../../../src/protocol/frame.js';
import {
  type RValue,
  rDataFrame,
  rDouble,
  rInteger,
  rList,
  rLogical,
  rNull,
  rRaw,
  rString,
  setAttribute,
  withClass,
  writeRData,
} from '../../../src/rdata/index.js';
import { batchOf } from '../../dispatch/batch-of.js';
import { randomValue } from '../../rdata/random-value.js';

/** To reproduce a failure, use the seed and the path that fast-check reports: { seed, path: '...' }. */
const RUNS = { seed: 20261129, numRuns: 300 };

const printers = [
  { type: 'application/json', options: printOptions({}) },
  { type: 'text/json', options: printOptions({ autoUnbox: true, na: 'string', digits: 3 }) },
];
const answers = new DirectAnswers(printers, undefined, 1e6);

function frameOf(payload: Buffer, type: FrameType = FrameType.value): Frame {
  return { type, id: 0, time: 0, payload, length: payload.length };
}

const valueFrame = (index: number, value: RValue): Frame =>
  frameOf(writeRData(rList([rInteger(index), value])));

/** A result for a number of items: the function returns the value for the items `from` up to `to`. */
type Result = (from: number, to: number) => RValue;

const missing = <T>(x: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(x, { freq: 5 });
const text = fc.string({ unit: 'grapheme', maxLength: 6 }).map((x) => x.replaceAll('\0', ''));

function vectorOf<T>(items: number, one: fc.Arbitrary<T>, make: (part: T[]) => RValue): fc.Arbitrary<Result> {
  return fc
    .array(one, { minLength: items, maxLength: items })
    .map((all) => (from: number, to: number) => make(all.slice(from, to)));
}

function vectors(items: number): fc.Arbitrary<Result> {
  const factor = (codes: (number | null)[]): RValue =>
    withClass(setAttribute(rInteger(codes), 'levels', rString(['a "b"', 'é'])), 'factor');
  return fc.oneof(
    vectorOf(items, missing(fc.double()), (x) => rDouble(x)),
    vectorOf(items, missing(fc.integer({ min: -1e6, max: 1e6 })), (x) => rInteger(x)),
    vectorOf(items, missing(fc.boolean()), (x) => rLogical(x)),
    vectorOf(items, missing(text), (x) => rString(x)),
    vectorOf(items, missing(fc.integer({ min: 1, max: 2 })), factor),
    vectorOf(items, missing(fc.nat(30_000)), (x) => withClass(rDouble(x), 'Date')),
    vectorOf(items, fc.tuple(fc.nat(), text), (x) =>
      setAttribute(rInteger(x.map(([n]) => n)), 'names', rString(x.map(([, name]) => name))),
    ),
  );
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `v${i}`);

function results(items: number): fc.Arbitrary<Result> {
  const vector = vectors(items);
  const columns = fc.array(vector, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: vector },
    vectorOf(items, randomValue, (x) => rList(x)),
    vectorOf(items, fc.array(missing(fc.nat()), { minLength: 3, maxLength: 3 }), (rows) => {
      const byColumn = [0, 1, 2].flatMap((c) => rows.map((row) => row[c]!));
      return setAttribute(rInteger(byColumn), 'dim', rInteger([rows.length, 3]));
    }),
    columns.map((all) => (from: number, to: number) => {
      const parts = all.map((column) => column(from, to));
      return rDataFrame(parts, names(all.length), to - from);
    }),
    columns.map((all) => (from: number, to: number) => {
      const parts = all.map((column) => column(from, to));
      return rList(parts, names(all.length));
    }),
  );
}

/** The number of items in each request, and the result for all of them. */
const batches = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 })
  .chain((sizes) =>
    fc.record({ sizes: fc.constant(sizes), result: results(sum(sizes)), printer: fc.constantFrom(1, 2) }),
  );

const sum = (sizes: readonly number[]): number => sizes.reduce((total, n) => total + n, 0);

/** What each request gets when it runs alone. */
function alone(sizes: readonly number[], result: Result, printer: number): (Reply | NotCovered)[] {
  let from = 0;
  return sizes.map((n) => {
    from += n;
    return answers.whole(valueFrame(printer, result(from - n, from)));
  });
}

test('splits a batch into what each request would get alone, or not at all', () => {
  let splits = 0;
  fc.assert(
    fc.property(batches, ({ printer, result, sizes }) => {
      const split = splitAnswer(valueFrame(printer, result(0, sum(sizes))), sizes, answers);
      if (split.kind !== 'parts') return;
      splits += 1;
      expect(split.parts).toEqual(alone(sizes, result, printer));
    }),
    RUNS,
  );
  expect(splits).toBeGreaterThan(RUNS.numRuns / 2);
});

test('with filters, each request gets its part, or the answer of the filter', () => {
  const owner = fc.constantFrom('part' as const, 'status' as const, 'own' as const, 'alone' as const);
  const filtered = fc.array(owner, { minLength: 2, maxLength: 4 }).chain((owners) => {
    const shares = owners.filter((who) => who === 'part' || who === 'status').length;
    return fc.record({ owners: fc.constant(owners), result: vectors(shares) });
  });
  const own = valueFrame(2, rString('by a filter'));
  const answerOf = {
    part: rNull,
    status: rList([
      rString('part'),
      rList([rInteger(2), rNull, rInteger(201), rString('X-A'), rString('b')]),
    ]),
    own: rList([rString('value'), rRaw(own.payload)]),
    alone: rLogical(false),
  };
  fc.assert(
    fc.property(filtered, ({ owners, result }) => {
      const shares = owners.filter((who) => who === 'part' || who === 'status').length;
      const list = rList([rInteger(1), result(0, shares), rList(owners.map((who) => answerOf[who]))]);
      const sizes = owners.map(() => 1);
      const split = splitFilteredAnswer(frameOf(writeRData(list)), sizes, answers);
      if (split.kind !== 'parts') return;
      let at = 0;
      const expected = owners.map((who) => {
        if (who === 'alone') return undefined;
        if (who === 'own') return answers.whole(own);
        at += 1;
        const reply = answers.whole(valueFrame(who === 'part' ? 1 : 2, result(at - 1, at))) as Reply;
        return who === 'part' ? reply : { ...reply, status: 201, headers: [['X-A', 'b'], ...reply.headers] };
      });
      expect(split.parts).toEqual(expected);
    }),
    RUNS,
  );
});

/** 1:n in the compact form in which R serializes it. */
function sequenceFrame(n: number): Frame {
  const body = (value: RValue): Buffer => writeRData(value).subarray(14); // without the header
  const int = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);
  const info: RValue = {
    type: 'pairlist',
    items: [
      { tag: undefined, value: { type: 'symbol', name: 'compact_intseq' } },
      { tag: undefined, value: { type: 'symbol', name: 'base' } },
      { tag: undefined, value: rInteger(13) },
    ],
    attributes: undefined,
  };
  return frameOf(
    Buffer.concat([
      Buffer.from('B\n'),
      int(3, 0x040202, 0x030500, 5),
      Buffer.from('UTF-8'),
      int(19, 2), // a list of two
      body(rInteger(1)),
      int(238), // an ALTREP object
      body(info),
      body(rDouble([n, 1, 1])),
      body(rNull),
    ]),
  );
}

test('expands sequences up to the limit for each request, and runs the requests alone if one exceeds it', () => {
  const sizes = [1, MAX_EXPANDED_ELEMENTS, MAX_EXPANDED_ELEMENTS - 1];
  const split = splitAnswer(sequenceFrame(sum(sizes)), sizes, answers);
  const parts = split.kind === 'parts' ? split.parts : [];
  expect(parts[0]).toEqual(answers.whole(sequenceFrame(1)));
  expect(JSON.parse(String((parts[1] as Reply).body))).toEqual(
    Array.from({ length: MAX_EXPANDED_ELEMENTS }, (_, i) => i + 2),
  );
  const tooLong = [MAX_EXPANDED_ELEMENTS, MAX_EXPANDED_ELEMENTS + 1];
  const batch = batchOf(2, () => splitAnswer(sequenceFrame(sum(tooLong)), tooLong, answers));
  batch.unit.finished(valueFrame(1, rNull));
  expect(batch.again).toEqual(batch.tickets);
});

test('splits any answer of R or runs each request alone, and never throws', () => {
  const type = fc.constantFrom(FrameType.value, FrameType.value, FrameType.result, FrameType.interrupted);
  const payload = fc.oneof(
    randomValue.map((value) => writeRData(value)),
    fc.array(randomValue, { maxLength: 6 }).map((values) => writeRData(rList(values))),
    fc.array(randomValue, { maxLength: 6 }).map((values) => writeRData(rList([rInteger(1), ...values]))),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(type, payload, fc.boolean(), fc.nat(1), (kind, bytes, filtered, excess) => {
      const frame = { ...frameOf(bytes, kind), length: bytes.length + excess };
      const split = (): Split => (filtered ? splitFilteredAnswer : splitAnswer)(frame, [1, 2], answers);
      const batch = batchOf(2, split);
      batch.unit.finished(frame);
      for (const [i, ticket] of batch.tickets.entries()) {
        expect(batch.outcomes[i]!.length + batch.again.filter((one) => one === ticket).length).toBe(1);
      }
    }),
    { ...RUNS, numRuns: 1000 },
  );
});
