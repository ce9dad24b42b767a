/** Runs vitest and counts what it ran. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../setup/root.mjs';

/**
 * @typedef {object} VitestReport the parts of vitest's JSON report that are read
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {VitestFile[]} testResults
 */

/**
 * @typedef {object} VitestFile
 * @property {string} name its path
 * @property {string} status
 * @property {string} [message] why it could not be loaded
 * @property {{ status: string, fullName: string, failureMessages: string[] | null }[]} assertionResults
 */

/**
 * A file that fails to load and an error outside of any test fail the run but are no failed test in the report; each
 * counts as one.
 * @param {VitestReport | undefined} found
 * @param {number | null} exitCode
 * @returns {import('./tally.mjs').Tally}
 */
export function tallyOf(found, exitCode) {
  if (found === undefined)
    return { passed: 0, failed: 1, skipped: 0, failures: ['vitest ended without a report'] };
  const brokenFiles = found.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const failed = found.numFailedTests + brokenFiles.length;
  const other = failed === 0 && exitCode !== 0;
  return {
    passed: found.numPassedTests,
    failed: other ? 1 : failed,
    skipped: found.numPendingTests + found.numTodoTests,
    failures: [
      ...(other ? ['an error outside of any test, see the output of vitest'] : []),
      ...brokenFiles.map(({ message = '', name }) => describe(name, message)),
      ...found.testResults.flatMap(({ assertionResults, name }) =>
        assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ failureMessages, fullName }) => describe(`${name}: ${fullName}`, failureMessages?.[0])),
      ),
    ],
  };
}

/** @param {string} what */
const describe = (what, message = '') => `${what.replace(root, '')}\n${message}`.trimEnd();

/**
 * @param {string} report
 * @returns {VitestReport | undefined}
 */
function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @typedef {object} VitestOptions
 * @property {string} [node] the Node that runs vitest and everything it starts
 * @property {string[]} [args]
 * @property {NodeJS.ProcessEnv} [env] variables on top of ours
 * @property {string} [name] names the report, for a run beside another one
 * @property {boolean} [atTheEnd] prints the output when the run has ended, for the same reason
 */

/**
 * @param {VitestOptions} [options]
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export function runVitest(options = {}) {
  const { args = [], atTheEnd = false, env: more = {}, name = 'vitest', node = process.execPath } = options;
  const report = join(root, '.penstock', `${name}.json`);
  rmSync(report, { force: true });
  const words = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...(atTheEnd ? [] : [`--reporter=${join(root, 'scripts', 'testing', 'slow-files.mjs')}`]),
    ...args,
  ];
  const env = { ...process.env, ...more, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  const output = atTheEnd ? 'pipe' : 'inherit';
  const child = spawn(node, words, { cwd: root, env, stdio: ['ignore', output, output] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', () => resolve(tallyOf(undefined, 1)));
    child.on('close', (code) => {
      process.stdout.write(printed);
      resolve(tallyOf(readReport(report), code));
    });
  });
}
