import { expect, test } from 'vitest';
import { PartTimes } from '../../scripts/testing/part-times.mjs';
import { slowestFiles } from '../../scripts/testing/slow-files.mjs';
import { closingLine, sum } from '../../scripts/testing/tally.mjs';
import { tallyOf as tallyOfTestthat } from '../../scripts/testing/testthat.mjs';
import { tallyOf as tallyOfVitest } from '../../scripts/testing/vitest.mjs';

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };

test('the closing line counts all runs together', () => {
  const one = { passed: 3, failed: 0, skipped: 0 };
  expect(closingLine(sum([one, { passed: 1, failed: 2, skipped: 0 }]))).toBe('4 passed, 2 failed');
  expect(closingLine({ ...one, skipped: 2 })).toBe('2 skipped\n3 passed, 0 failed');
});

test('a passing run of vitest counts as reported', () => {
  expect(tallyOfVitest(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 1 });
});

test('a test file that cannot be loaded is a failure', () => {
  const broken = { ...report, testResults: [{ status: 'failed', assertionResults: [] }] };
  expect(tallyOfVitest(broken, 1).failed).toBe(1);
});

test('an error outside of any test is a failure', () => {
  expect(tallyOfVitest(report, 1).failed).toBe(1);
});

test('a run that ends without a report is a failure', () => {
  expect(tallyOfVitest(undefined, 0).failed).toBe(1);
  expect(tallyOfTestthat('Error in library(testthat)').failed).toBe(1);
});

test('R tests are counted from the last line of their output', () => {
  expect(tallyOfTestthat('dots\n\ntestthat: 12 passed, 1 failed, 2 skipped\n')).toEqual({
    passed: 12,
    failed: 1,
    skipped: 2,
  });
});

test('lists the ten slowest files, the slowest first', () => {
  const files = Array.from({ length: 12 }, (_, i) => ({ file: `test/${i}.test.ts`, took: 1000 * i }));
  const lines = slowestFiles(files).split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[1]).toBe('    11.0 s  test/11.test.ts');
  expect(lines[10]).toBe('     2.0 s  test/2.test.ts');
});

test('a run reports the duration of each part, including a failed one', async () => {
  let now = 0;
  const times = new PartTimes(() => now);
  await times.measure('Types', async () => {
    now = 12_400;
  });
  const failing = times.measure('Containers', () => {
    now = 13_000;
    return Promise.reject(new Error('no podman'));
  });
  await expect(failing).rejects.toThrow('no podman');
  expect(times.table.split('\n').slice(1)).toEqual(['  Types         12 s', '  Containers     1 s']);
});
