const long = process.env.PENSTOCK_TEST_LONG === '1';

/** Picks a size: the short one for `npm test`, the long one for `npm run test:long`. */
export function sized<T>(short: T, inLong: T): T {
  return long ? inLong : short;
}
