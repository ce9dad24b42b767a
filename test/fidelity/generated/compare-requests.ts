import fc from 'fast-check';
import type { WireRequest } from '../../support/http.js';
import type { Setting } from './endpoints.js';
import { randomRequest } from './random-request.js';
import { describeDifference } from './report.js';
import { differ, type Reaction, Trio } from './trio.js';

export interface RequestComparison {
  /** One report for each kind of difference, in the order of discovery. */
  readonly differences: string[];
  /** Number of requests to which the three servers did not respond alike. */
  readonly differing: number;
  readonly direct: number;
}

/** Requests at the same time: enough to keep two cores busy on both sides of the connections. */
const CONCURRENCY = 6;
/** The number of reports of one run, and the time to shrink each of them. Further differences are only counted. */
const MAX_REPORTS = 5;
const SHRINK_TIME_MS = 15_000;

/** Sends `count` requests, generated from the seed, to plumber and to both lanes. */
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
    // Differences of one endpoint usually have one cause.
    const seen = new Set<string>();
    for (const { index, reactions } of differing) {
      const kind = requests[index]!.path.split(/[/?]/)[1]!;
      if (differences.length === MAX_REPORTS || seen.has(kind)) continue;
      seen.add(kind);
      const origin = { setting, seed, path: String(index) };
      const small = await shrink(trio, arbitrary, origin);
      const unshrunk = () =>
        describeDifference(`${repeatArguments(origin)} (not reproduced)`, requests[index]!, reactions);
      differences.push(small ?? unshrunk());
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
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  return found.sort((a, b) => a.index - b.index);
}

/** How a request was generated: the setting, and fast-check's seed and path. */
export interface Origin {
  readonly setting: Setting;
  readonly seed: number;
  readonly path: string;
}

/** Reports the smallest request with the same difference. Undefined if the difference does not occur again. */
async function shrink(
  trio: Trio,
  arbitrary: fc.Arbitrary<WireRequest>,
  origin: Origin,
): Promise<string | undefined> {
  const property = fc.asyncProperty(arbitrary, async (request) => !differ(await trio.reactions(request)));
  const { seed, path } = origin;
  const details = await fc.check(property, {
    seed,
    path,
    numRuns: 1,
    interruptAfterTimeLimit: SHRINK_TIME_MS,
  });
  if (details.counterexample === null) return undefined;
  const [request] = details.counterexample;
  const place = repeatArguments({ ...origin, path: details.counterexamplePath ?? path });
  return describeDifference(place, request, await trio.reactions(request));
}

/** Sends one generated request again. */
export async function repeatRequest(origin: Origin): Promise<string> {
  const { setting, seed, path } = origin;
  const [request] = fc.sample(randomRequest(setting), { seed, path, numRuns: 1 });
  const trio = await Trio.start(setting);
  try {
    return describeDifference(repeatArguments(origin), request!, await trio.reactions(request!));
  } finally {
    await trio.stop();
  }
}

/** The arguments of `npm run property:requests -- …` that send the request again. */
function repeatArguments({ setting, seed, path }: Origin): string {
  return `--api ${setting.api} --around ${setting.around} --seed ${seed} --path ${path}`;
}
