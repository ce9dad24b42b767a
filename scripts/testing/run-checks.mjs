import { run } from '../setup/command.mjs';
import { root } from '../setup/root.mjs';

/**
 * Runs the checks one after another and shows the whole output of those that fail.
 * @param {{ name: string, words: string[] }[]} checks
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runChecks(checks) {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, words } of checks) {
    const { ok, output } = await run(name, words, { cwd: root });
    if (ok) tally.passed += 1;
    else {
      tally.failed += 1;
      console.log(output);
    }
  }
  return tally;
}
