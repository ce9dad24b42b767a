import { availableParallelism } from 'node:os';
import { capture } from '../setup/command.mjs';
import { startProgress } from '../setup/progress.mjs';
import { root } from '../setup/root.mjs';
import { PartTimes } from './part-times.mjs';

/**
 * Runs the checks with the lowest priority, so that tests can run beside them, and prints the output of those that fail.
 * @param {{ name: string, words: string[] }[]} checks the slowest first
 * @param {PartTimes} [times]
 * @param {number} [atOnce] by default as many as there are cores
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runChecks(checks, times = new PartTimes(), atOnce = availableParallelism()) {
  const progress = startProgress('Checks of the code');
  const left = [...checks];
  /** @type {string[]} */
  const failures = [];
  const work = async () => {
    for (let check = left.shift(); check !== undefined; check = left.shift()) {
      const { name, words } = check;
      const { ok, output } = await times.measure(name, () =>
        capture(['nice', '-n', '19', ...words], { cwd: root }),
      );
      if (!ok) failures.push(`${name}\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  progress.end(failures.length === 0 ? 'done' : 'failed');
  for (const failure of failures) console.log(`Failed: ${failure}`);
  return { passed: checks.length - failures.length, failed: failures.length, skipped: 0, failures };
}
