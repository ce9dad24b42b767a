/** Runs vitest and counts what it ran. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../setup/root.mjs';

const report = join(root, '.penstock', 'vitest.json');

/**
 * @typedef {object} VitestReport the parts of vitest's JSON report that are read
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * A file that fails to load and an error outside of any test fail the run but are no failed test in the report; each
 * counts as one.
 * @param {VitestReport | undefined} found
 * @param {number | null} exitCode
 * @returns {import('./tally.mjs').Tally}
 */
export function tallyOf(found, exitCode) {
  if (found === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = found.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const failed = found.numFailedTests + brokenFiles.length;
  return {
    passed: found.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: found.numPendingTests + found.numTodoTests,
  };
}

/** @returns {VitestReport | undefined} */
function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {{ node?: string, args?: string[], env?: NodeJS.ProcessEnv }} [options] node: the Node to run it, and all
 *   that it starts, with; env: variables on top of ours
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export function runVitest({ node = process.execPath, args = [], env: more = {} } = {}) {
  rmSync(report, { force: true });
  const words = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    `--reporter=${join(root, 'scripts', 'testing', 'slow-files.mjs')}`,
    ...args,
  ];
  const env = { ...process.env, ...more, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(node, words, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => {
    child.on('error', () => resolve(tallyOf(undefined, 1)));
    child.on('close', (code) => resolve(tallyOf(readReport(), code)));
  });
}
