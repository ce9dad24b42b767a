import { availableParallelism } from 'node:os';
import { capture } from '../setup/command.mjs';
import { startProgress } from '../setup/progress.mjs';
import { root } from '../setup/root.mjs';

/**
 * Runs the checks, as many at once as there are cores, and shows the whole output of those that fail.
 * @param {{ name: string, words: string[] }[]} checks those that take longest first
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runChecks(checks) {
  const progress = startProgress('Checks of the code');
  const left = [...checks];
  /** @type {string[]} */
  const failures = [];
  const work = async () => {
    for (let check = left.shift(); check !== undefined; check = left.shift()) {
      const { ok, output } = await capture(check.words, { cwd: root });
      if (!ok) failures.push(`${check.name} failed:\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  progress.end(failures.length === 0 ? 'done' : 'failed');
  for (const failure of failures) console.log(failure);
  return { passed: checks.length - failures.length, failed: failures.length, skipped: 0 };
}
