/**
 * The comparisons with R of test/rdata, at any size: `npm run property -- [--count N] [--seed N] [--only what]`.
 *
 * Runs in rounds of 50,000 cases, each with its own seed, which is printed when something differs; a million takes
 * about half an hour. `what` is one of parse, print, round-trip and fuzz.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { writeRData } from '../src/rdata/index.js';
import { compareParse } from '../test/json/compare-parse.js';
import { comparePrint } from '../test/json/compare-print.js';
import { compareRoundTrips } from '../test/rdata/compare-round-trip.js';
import { fuzzRead } from '../test/rdata/fuzz-read.js';
import { randomValue } from '../test/rdata/random-value.js';

const ROUND = 50_000;

/** Each runs so many cases from the seed and returns one line per difference. */
const comparisons: Readonly<Record<string, (seed: number, count: number) => Promise<string[]>>> = {
  parse: async (seed, count) => (await compareParse(seed, count)).differences,
  print: async (seed, count) => (await comparePrint(seed, count)).differences,
  'round-trip': async (seed, count) => (await compareRoundTrips(seed, count)).changed,
  fuzz: async (seed, count) => {
    const corpus = fc.sample(randomValue, { seed, numRuns: 500 }).map((value) => writeRData(value));
    return fuzzRead(corpus, seed, count).failures;
  },
};

const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const count = Number(values.count ?? 1_000_000);
const firstSeed = Number(values.seed ?? randomInt(2 ** 30));
const names = values.only === undefined ? Object.keys(comparisons) : [values.only];
if (
  !Number.isInteger(count) ||
  !Number.isInteger(firstSeed) ||
  names.some((name) => !(name in comparisons))
) {
  console.error(
    `usage: npm run property -- [--count N] [--seed N] [--only ${Object.keys(comparisons).join('|')}]`,
  );
  process.exit(2);
}

console.log(`${count} cases each of ${names.join(', ')}; first seed ${firstSeed}`);
let failed = 0;
for (const name of names) {
  for (let done = 0; done < count; done += ROUND) {
    const seed = firstSeed + done / ROUND;
    const size = Math.min(ROUND, count - done);
    const started = performance.now();
    const differences = (await comparisons[name]?.(seed, size)) ?? [];
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(
      `${name}: ${done + size} done, ${differences.length} differ (seed ${seed}, ${size} cases, ${seconds} s)`,
    );
    for (const line of differences.slice(0, 10)) console.log(`  ${line.slice(0, 2000)}`);
    failed += differences.length;
  }
}
process.exitCode = failed > 0 ? 1 : 0;
