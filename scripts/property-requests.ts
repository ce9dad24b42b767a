/**
 * Generated requests, answered by plumber and by both lanes, at any number:
 * `npm run property:requests -- [--count N] [--seed N] [--api WHICH] [--around WHAT] [--path PATH]`.
 *
 * Runs in rounds of 2,000 requests for each API in each of its surroundings, each with its own seed, which is printed
 * when something differs; 100,000 take about half an hour. With `--path`, as a report gives it, that one request is
 * put again.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compareRequests, repeatRequest } from '../test/fidelity/generated/compare-requests.js';
import { apis, type Setting, surroundings } from '../test/fidelity/generated/endpoints.js';
import { Trio } from '../test/fidelity/generated/trio.js';

const ROUND = 2000;

const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    seed: { type: 'string' },
    api: { type: 'string' },
    around: { type: 'string' },
    path: { type: 'string' },
  },
});
const count = Number(values.count ?? 100_000);
const firstSeed = Number(values.seed ?? randomInt(2 ** 30));
const settings: Setting[] = apis
  .flatMap((api) => surroundings.map((around) => ({ api, around })))
  .filter(({ api }) => values.api === undefined || values.api === api)
  .filter(({ around }) => values.around === undefined || values.around === around);

if (!Number.isInteger(count) || !Number.isInteger(firstSeed) || settings.length === 0) {
  const [api, around] = [apis.join('|'), surroundings.join('|')];
  console.error(
    `usage: npm run property:requests -- [--count N] [--seed N] [--api ${api}] [--around ${around}]`,
  );
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Trio.stopAll().finally(() => process.exit(1)));
}
process.exitCode = (values.path === undefined ? await rounds() : await once(values.path)) ? 0 : 1;

async function once(path: string): Promise<boolean> {
  console.log(await repeatRequest({ setting: settings[0]!, seed: firstSeed, path }));
  return true;
}

async function rounds(): Promise<boolean> {
  console.log(`${count} requests; first seed ${firstSeed}`);
  let failed = 0;
  for (let i = 0, done = 0; done < count; i += 1) {
    const size = Math.min(ROUND, count - done);
    failed += await round(settings[i % settings.length]!, firstSeed + i, size);
    done += size;
  }
  return failed === 0;
}

async function round(setting: Setting, seed: number, size: number): Promise<number> {
  const started = performance.now();
  const { differences, differing, direct } = await compareRequests(setting, seed, size);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${setting.api}, ${setting.around}: ${size} requests, ${direct} by the direct lane, ` +
      `${differing} differ (seed ${seed}, ${seconds} s)`,
  );
  for (const difference of differences) console.log(`\n${difference}\n`);
  return differing;
}
