/** `npm run chaos` tests at the scale that the docs promise, `npm test` at a smaller one. */
const long = process.env.PENSTOCK_TEST_LONG === '1';

export const scale = {
  /** Duration of the load, and how many workers are killed, suspended or told to quit during it. */
  workerLosses: long ? { durationMs: 60_000, count: 200 } : { durationMs: 2500, count: 5 },
  /** Reloads under load, and how many of them load a broken app. */
  reloads: long ? { times: 100, broken: 5 } : { times: 2, broken: 1 },
  /** SIGTERMs under load, for each kind of client. */
  terms: long ? 50 : 1,
  /** Minutes of load during which memory must not grow. */
  soakMinutes: Number(process.env.PENSTOCK_SOAK_MINUTES ?? 30),
  /** Timeout of one test. */
  testTimeoutMs: long ? 3_600_000 : 120_000,
};

/** Prints a figure for docs/reliability.md. */
export function report(what: string, figure: string): void {
  if (long) console.log(`${what}: ${figure}`);
}
