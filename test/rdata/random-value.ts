import fc from 'fast-check';
import {
  NA_INTEGER,
  type RValue,
  rDouble,
  rInteger,
  rList,
  rLogical,
  rNativeString,
  rNull,
  rRaw,
  rString,
  rSymbol,
  setAttribute,
} from '../../src/rdata/index.js';

/** Values of the kinds that Penstock sends to R, and some that it only reads. */
const size = { maxLength: 6 };
const text = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', 'a', 'é', 'long '.repeat(20)))
  // R strings cannot contain NUL.
  .map((x) => x.replaceAll('\0', ''));
const missing = <T>(x: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(x, { freq: 6 });
const nativeText = fc.oneof(
  text,
  fc.uint8Array({ min: 1, maxLength: 6 }).map((x) => x),
);

const atomic: fc.Arbitrary<RValue> = fc.oneof(
  fc.constant(rNull),
  fc.array(missing(fc.boolean()), size).map((x) => rLogical(x)),
  fc.array(missing(fc.integer({ min: NA_INTEGER + 1 })), size).map((x) => rInteger(x)),
  fc.array(missing(fc.double()), size).map((x) => rDouble(x)),
  fc.array(missing(text), size).map((x) => rString(x)),
  fc.array(missing(nativeText), size).map((x) => rNativeString(x)),
  fc.uint8Array({ maxLength: 50 }).map((x) => rRaw(x)),
);

export const randomValue: fc.Arbitrary<RValue> = fc.letrec<{ value: RValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    atomic,
    fc.array(tie('value'), size).map((x) => rList(x)),
    fc.array(fc.tuple(text, tie('value')), size).map((x) =>
      rList(
        x.map(([, value]) => value),
        x.map(([name]) => name),
      ),
    ),
    fc.tuple(fc.array(tie('value'), size), tie('value')).map(([x, extra]) => {
      const list = rList(x);
      return extra.type === 'NULL' ? list : setAttribute(list, 'extra', extra);
    }),
    fc.array(tie('value'), { minLength: 1, maxLength: 4 }).map(
      (x): RValue => ({
        type: 'pairlist',
        items: x.map((value, i) => ({ tag: i % 2 ? rSymbol(`tag${i}`) : undefined, value })),
        attributes: undefined,
      }),
    ),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map(
      (x): RValue => ({
        type: 'language',
        items: [{ tag: undefined, value: rSymbol('f') }, ...x.map((value) => ({ tag: undefined, value }))],
        attributes: undefined,
      }),
    ),
  ),
})).value;
