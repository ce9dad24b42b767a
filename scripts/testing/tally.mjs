import { stripVTControlCharacters } from 'node:util';

/** The first lines of a failure that the closing lines repeat. */
const MAX_LINES = 9;

/**
 * How many tests passed, failed and were skipped, and which failed, with why.
 * @typedef {{ passed: number, failed: number, skipped: number, failures?: string[] }} Tally
 */

/**
 * @param {Tally[]} tallies
 * @returns {Tally}
 */
export function sum(tallies) {
  /** @type {Required<Tally>} */
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const { passed, failed, skipped, failures = [] } of tallies) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    total.failures.push(...failures);
  }
  return total;
}

/** @param {string} text */
const beginning = (text) => text.split('\n').slice(0, MAX_LINES).join('\n');

/**
 * The closing lines of every run of tests: what failed, since its output may be far above, and the counts. The last one is of
 * one form always, for programs that look for it.
 * @param {Tally} tally
 */
export function closingLines({ passed, failed, failures = [], skipped }) {
  return [
    ...failures.map(
      (failure) => `Failed: ${beginning(stripVTControlCharacters(failure)).replaceAll('\n', '\n  ')}`,
    ),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    `${passed} passed, ${failed} failed`,
  ].join('\n');
}
