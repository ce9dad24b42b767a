import fc from 'fast-check';
import type { WireRequest } from '../../support/http.js';
import type { Setting } from './endpoints.js';
import { randomRequest } from './random-request.js';
import { describeDifference } from './report.js';
import { differ, type Reaction, Trio } from './trio.js';

export interface RequestComparison {
  /** A report for each kind of difference that was found, in the order in which it was. */
  readonly differences: string[];
  /** How many requests were answered otherwise by one of the three. */
  readonly differing: number;
  readonly direct: number;
}

/** Enough for both cores to be busy on either side of a connection. */
const AT_ONCE = 6;
/** Reports of one run, and milliseconds for making each of them small: the rest is known by its number. */
const MOST_REPORTS = 5;
const SHRINKING = 15_000;

/** Puts the `count` requests that follow from the seed to plumber and to both lanes. */
export async function compareRequests(
  setting: Setting,
  seed: number,
  count: number,
): Promise<RequestComparison> {
  const arbitrary = randomRequest(setting);
  const requests = fc.sample(arbitrary, { seed, numRuns: count });
  const trio = await Trio.start(setting);
  try {
    const differing = await findDiffering(trio, requests);
    const differences: string[] = [];
    // Those of one endpoint have one cause, more often than not.
    const seen = new Set<string>();
    for (const { index, reactions } of differing) {
      const kind = requests[index]!.path.split(/[/?]/)[1]!;
      if (differences.length === MOST_REPORTS || seen.has(kind)) continue;
      seen.add(kind);
      const origin = { setting, seed, path: String(index) };
      const small = await smallest(trio, arbitrary, origin);
      const once = () => describeDifference(`${placeOf(origin)} (only once)`, requests[index]!, reactions);
      differences.push(small ?? once());
    }
    return { differences, differing: differing.length, direct: trio.direct };
  } finally {
    await trio.stop();
  }
}

interface Differing {
  readonly index: number;
  readonly reactions: readonly Reaction[];
}

async function findDiffering(trio: Trio, requests: readonly WireRequest[]): Promise<Differing[]> {
  const found: Differing[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < requests.length) {
      const index = next++;
      const reactions = await trio.reactions(requests[index]!);
      if (differ(reactions)) found.push({ index, reactions });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return found.sort((a, b) => a.index - b.index);
}

/** Where a request comes from: fast-check's seed, and its path to the request. */
export interface Origin {
  readonly setting: Setting;
  readonly seed: number;
  readonly path: string;
}

/** Makes a request that is answered differently as small as it can be; undefined if it is not, the second time. */
async function smallest(
  trio: Trio,
  arbitrary: fc.Arbitrary<WireRequest>,
  origin: Origin,
): Promise<string | undefined> {
  const property = fc.asyncProperty(arbitrary, async (request) => !differ(await trio.reactions(request)));
  const { seed, path } = origin;
  const details = await fc.check(property, { seed, path, numRuns: 1, interruptAfterTimeLimit: SHRINKING });
  if (details.counterexample === null) return undefined;
  const [request] = details.counterexample;
  const place = placeOf({ ...origin, path: details.counterexamplePath ?? path });
  return describeDifference(place, request, await trio.reactions(request));
}

/** Puts one request again. */
export async function repeatRequest(origin: Origin): Promise<string> {
  const { setting, seed, path } = origin;
  const [request] = fc.sample(randomRequest(setting), { seed, path, numRuns: 1 });
  const trio = await Trio.start(setting);
  try {
    return describeDifference(placeOf(origin), request!, await trio.reactions(request!));
  } finally {
    await trio.stop();
  }
}

/** What to hand to `npm run property:requests -- …` to put the request again. */
function placeOf({ setting, seed, path }: Origin): string {
  return `--api ${setting.api} --around ${setting.around} --seed ${seed} --path ${path}`;
}
