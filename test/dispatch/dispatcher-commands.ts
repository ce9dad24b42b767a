import fc from 'fast-check';

const ROUTES = ['brief', 'fast', 'slow', 'new', 'single', 'batched', 'waiting', 'none'] as const;
export type RouteName = (typeof ROUTES)[number];

/** The outcomes of splitting the result of a batch. */
export const SPLITS = ['parts', 'some', 'failed', 'indivisible', 'throws'] as const;

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      /** Milliseconds since the previous command; 0 for the same turn of the event loop. */
      gap: fc.constantFrom(0, 0.125),
      route: fc.nat(5),
      plan: fc.constantFrom(undefined, undefined, undefined, 'a', 'a', 'b'),
      timeout: fc.constantFrom(50, 400, 5000, 5000),
      queueTimeout: fc.constantFrom<number | undefined>(undefined, undefined, undefined, 10),
      urgent: fc.nat(9).map((n) => n === 0),
      safe: fc.boolean(),
      items: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      worker: fc.nat(3),
      unusuallySlow: fc.nat(9).map((n) => n === 0),
      split: fc.constantFrom('parts' as const, ...SPLITS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('open' as const), worker: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('settle' as const), worker: fc.nat(3), place: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('print' as const), worker: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave-out' as const), worker: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take-back' as const), worker: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      worker: fc.nat(3),
      begun: fc.boolean(),
      failing: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('add' as const), plan: fc.constantFrom('a', 'a', 'b') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), job: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 6, 60, 450) }),
  },
);

/** Uses only a few routes each time, so that their requests interact. */
export const commands = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...ROUTES), { minLength: 1, maxLength: 3 }),
    fc.array(command, { maxLength: 50, size: 'max' }),
  )
  .map(([names, list]) =>
    list.map((one) => (one.do === 'submit' ? { ...one, route: names[one.route % names.length]! } : one)),
  );
export type Command = typeof commands extends fc.Arbitrary<(infer C)[]> ? C : never;
