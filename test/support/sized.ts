const long = process.env.PENSTOCK_TEST_LONG === '1';

/** Picks a size: the short one for `npm test`, the long one for `npm run test:long`. */
export function sized<T>(short: T, inLong: T): T {
  return long ? inLong : short;
}

/** All in the long form. In `npm test` one of every `share`, different ones in each run. */
export function sampled<T>(all: readonly T[], share: number): readonly T[] {
  if (long) return all;
  const first = Math.floor(Math.random() * all.length);
  const places = Array.from({ length: Math.ceil(all.length / share) }, (_, i) => first + i * share);
  return places.map((place) => all[place % all.length]!);
}
