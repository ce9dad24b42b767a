/** `npm run chaos` asks for everything that is promised; `npm test` for as much as it has time for. */
const long = process.env.PENSTOCK_TEST_LONG === '1';

export const scale = {
  /** Milliseconds of load in which workers are harmed, and how often. */
  harm: long ? { ms: 60_000, times: 200 } : { ms: 2500, times: 5 },
  /** Reloads under load, and those of them that are of an app that does not load. */
  reloads: long ? { times: 100, broken: 5 } : { times: 2, broken: 1 },
  /** SIGTERMs under load, for each kind of client. */
  terms: long ? 50 : 1,
  /** Minutes of load in which memory is to stay flat. */
  soak: Number(process.env.PENSTOCK_SOAK_MINUTES ?? 30),
  /** Milliseconds for one test. */
  timeout: long ? 3_600_000 : 120_000,
};

/** A figure for the page of promises. */
export function report(what: string, figure: string): void {
  if (long) console.log(`${what}: ${figure}`);
}
