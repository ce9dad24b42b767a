/** npm run test:node-lts: the suite on the newest long-term-support Node, brought by npm's `node` package. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, mustRun } from './setup/command.mjs';
import { packagesToTest } from './setup/r-packages.mjs';
import { root } from './setup/root.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript, SetupError } from './setup/setup-error.mjs';
import { closingLines } from './testing/tally.mjs';
import { runVitest } from './testing/vitest.mjs';

/** @param {number} major */
async function installNode(major) {
  const folder = join(root, '.penstock', `node-${major}`);
  const node = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node)) {
    const words = [
      'npm',
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-audit',
      '--no-fund',
      `node@${major}`,
    ];
    await mustRun(`Installing Node ${major}`, words);
  }
  return node;
}

/**
 * Even majors become long-term support half a year after they appear; only the program itself says whether it has.
 * @returns {Promise<string>} path of the program
 */
async function newestLts() {
  /** @type {string[]} */
  const versions = JSON.parse(answerOf(['npm', 'view', 'node', 'versions', '--json']) ?? '[]');
  const majors = [...new Set(versions.map((version) => Number.parseInt(version, 10)))];
  for (const major of majors.filter((each) => each % 2 === 0).sort((a, b) => b - a)) {
    const node = await installNode(major);
    if (answerOf([node, '-p', 'process.release.lts ?? ""'])?.trim()) return node;
  }
  throw new SetupError("npm's node package has no long-term-support version.");
}

await runScript(async () => {
  await setUp({ rPackages: packagesToTest, again: 'npm run test:node-lts' });
  const node = await newestLts();
  console.log(`Node ${answerOf([node, '-p', 'process.versions.node'])?.trim()}`);
  const tally = await runVitest({ node, args: process.argv.slice(2) });
  if (tally.failed > 0) process.exitCode = 1;
  console.log(`\n${closingLines(tally)}`);
});
