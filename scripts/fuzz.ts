/**
 * Coverage-guided fuzzing of the parts that read what strangers send: `npm run fuzz -- [--seconds N] [--seed N] [target …]`.
 * Inputs that run something new are added to `test/fuzz/corpus/`, as are those that fail.
 */
import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Coverage } from '../test/fuzz/coverage.js';

const { positionals, values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? randomInt(2 ** 30));

const coverage = new Coverage(); // before the code is loaded
const { Random } = await import('../test/rdata/random.js');
const { corpusFolder, corpusOf } = await import('../test/fuzz/corpus.js');
const { fuzz } = await import('../test/fuzz/fuzz.js');
const { targets } = await import('../test/fuzz/targets.js');
coverage.grown(true);

const unknown = positionals.find((name) => !targets.some((target) => target.name === name));
if (unknown !== undefined)
  throw new Error(`no target ${unknown}: choose from ${targets.map(({ name }) => name).join(', ')}`);
console.log(`Seed ${seed}, ${seconds} s for each target`);
for (const target of targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const known = corpusOf(target);
  const before = coverage.size;
  const until = performance.now() + seconds * 1000;
  const { corpus, failures, runs } = await fuzz(target, known, coverage, { random: new Random(seed), until });
  const folder = corpusFolder(target);
  mkdirSync(folder, { recursive: true });
  const kept = [...corpus.filter((input) => !known.includes(input)), ...failures.map(({ input }) => input)];
  for (const input of kept) {
    const name = createHash('sha256').update(input).digest('hex').slice(0, 16);
    writeFileSync(join(folder, name), input);
  }
  console.log(
    `${target.name}: ${runs} inputs, ${kept.length} new in the corpus, ${coverage.size - before} characters of code`,
  );
  for (const { error, input } of failures)
    console.log(`  ${JSON.stringify(input.toString('latin1'))}\n`, error);
  if (failures.length > 0) process.exitCode = 1;
}
