import { mutate } from '../rdata/mutate.js';
import type { Random } from '../rdata/random.js';
import type { Coverage } from './coverage.js';
import type { Target } from './targets.js';

/** Inputs between two looks at the coverage, which cost more than the inputs. */
const BATCH = 125;
/** A batch that has run something new is divided into so many parts. */
const PARTS = 5;
const MAX_BYTES = 4096;
const MAX_FAILURES = 10;
/** CPU time of one input, far above what such small ones need. */
const MAX_CPU_MS = 500;

export interface Found {
  /** Inputs that ran something for the first time. */
  readonly corpus: Buffer[];
  readonly failures: { readonly input: Buffer; readonly error: unknown }[];
  runs: number;
}

/** Runs one input. Returns what is wrong; undefined if it is answered as it should be. */
export async function tried(target: Target, input: Buffer): Promise<unknown> {
  const before = process.cpuUsage();
  try {
    const running = target.run(Buffer.from(input));
    if (running !== undefined) {
      await running; // other things may run meanwhile, so its time is unknown
      return undefined;
    }
  } catch (error) {
    return error;
  }
  const { system, user } = process.cpuUsage(before);
  return user + system > MAX_CPU_MS * 1000 ? new Error(`took ${(user + system) / 1000} ms`) : undefined;
}

/**
 * Mutates the inputs of a corpus until `until`, and keeps those that run something new.
 *
 * @param until by `performance.now()`
 */
export async function fuzz(
  target: Target,
  seeds: readonly Buffer[],
  coverage: Coverage,
  { random, until }: { random: Random; until: number },
): Promise<Found> {
  const found: Found = { corpus: [], failures: [], runs: 0 };
  const run = async (input: Buffer): Promise<void> => {
    found.runs += 1;
    const error = await tried(target, input);
    if (error !== undefined) found.failures.push({ input, error });
  };
  /** Finds and keeps those that run something new. */
  const keepNew = async (inputs: readonly Buffer[]): Promise<void> => {
    for (const input of inputs) await run(input);
    const alone = inputs.length === 1;
    if (!coverage.grown(alone)) return;
    if (alone) found.corpus.push(...inputs);
    const part = Math.ceil(inputs.length / PARTS);
    for (let from = 0; !alone && from < inputs.length; from += part)
      await keepNew(inputs.slice(from, from + part));
  };
  for (const seed of seeds) await keepNew([seed]);
  while (performance.now() < until && found.failures.length < MAX_FAILURES) {
    await keepNew(Array.from({ length: BATCH }, () => mutated(found.corpus, target.words, random)));
  }
  return found;
}

function mutated(known: readonly Buffer[], words: readonly string[], random: Random): Buffer {
  const pick = (): Buffer => known[random.below(known.length)]!;
  let input = pick();
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    const at = random.below(input.length + 1);
    const end = Math.min(input.length, at + random.below(12));
    const word = Buffer.from(words[random.below(words.length)]!, 'latin1');
    const kinds = [
      () => [input.subarray(0, at), word, input.subarray(at)],
      () => [input.subarray(0, at), word, input.subarray(end)],
      () => [input.subarray(0, at), input.subarray(end)],
      () => [
        input.subarray(0, at),
        ...Array<Buffer>(1 + random.below(20)).fill(input.subarray(at, end)),
        input.subarray(at),
      ],
      () => [input.subarray(0, at), ((other) => other.subarray(random.below(other.length + 1)))(pick())],
      () => [mutate(input, random)],
    ];
    input = Buffer.concat(kinds[random.below(kinds.length)]!());
  }
  return input.subarray(0, MAX_BYTES);
}
