/** Runs the R side's own tests and counts them. */
import { join } from 'node:path';
import { run } from '../setup/command.mjs';
import { rscript } from '../setup/r.mjs';
import { root } from '../setup/root.mjs';

/**
 * @param {string} output of scripts/testing/test-r.R
 * @returns {import('./tally.mjs').Tally}
 */
export function tallyOf(output) {
  const line = /^testthat: (\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output);
  if (line === null)
    return { passed: 0, failed: 1, skipped: 0, failures: ['the tests of the R side did not end'] };
  const failures = [...output.matchAll(/^── ((?:Failure|Error) \(.*?\): .*?) ─+\n(.*)$/gm)].map(
    ([, what, why]) => `${what}\n${why}`,
  );
  return { passed: Number(line[1]), failed: Number(line[2]), skipped: Number(line[3]), failures };
}

/** @returns {Promise<import('./tally.mjs').Tally>} */
export async function runTestthat() {
  const script = join('scripts', 'testing', 'test-r.R');
  const { output } = await run('Tests of the R side (testthat)', [rscript, script], { cwd: root });
  const tally = tallyOf(output);
  console.log(tally.failed > 0 ? output : /^testthat: .*$/m.exec(output)?.[0]);
  return tally;
}
