import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/setup/root.mjs';
import { PartTimes } from '../../scripts/testing/part-times.mjs';
import { slowestFiles } from '../../scripts/testing/slow-files.mjs';
import { closingLines, sum } from '../../scripts/testing/tally.mjs';
import { tallyOf as tallyOfTestthat } from '../../scripts/testing/testthat.mjs';
import { tallyOf as tallyOfVitest } from '../../scripts/testing/vitest.mjs';

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };

test('the closing line counts all runs together', () => {
  const one = { passed: 3, failed: 0, skipped: 0 };
  expect(closingLines(sum([one, { passed: 1, failed: 2, skipped: 0 }]))).toBe('4 passed, 2 failed');
  expect(closingLines({ ...one, skipped: 2 })).toBe('2 skipped\n3 passed, 0 failed');
});

test('the closing lines name what failed, with the beginning of its message', () => {
  const assertionResults = [
    { status: 'passed', fullName: 'adds', failureMessages: [] },
    {
      status: 'failed',
      fullName: 'divides',
      failureMessages: [`expected 1 to be 2\n${'at x\n'.repeat(20)}`],
    },
  ];
  const testResults = [
    { name: join(root, 'test/sum.test.ts'), status: 'failed', assertionResults },
    {
      name: join(root, 'test/broken.test.ts'),
      status: 'failed',
      message: 'no such file',
      assertionResults: [],
    },
  ];
  const vitest = tallyOfVitest({ ...report, numFailedTests: 1, testResults }, 1);
  const testthat = tallyOfTestthat(
    "── Failure ('test-a.R:3'): prints ────\n1 is not 2\n\ntestthat: 12 passed, 1 failed, 0 skipped\n",
  );
  const lines = closingLines(sum([vitest, testthat])).split('\n');
  expect(lines).toHaveLength(2 + 9 + 2 + 2);
  expect(lines.slice(0, 4)).toEqual([
    'Failed: test/broken.test.ts',
    '  no such file',
    'Failed: test/sum.test.ts: divides',
    '  expected 1 to be 2',
  ]);
  expect(lines.slice(-4)).toEqual([
    "Failed: Failure ('test-a.R:3'): prints",
    '  1 is not 2',
    '1 skipped',
    '15 passed, 3 failed',
  ]);
});

test('a passing run of vitest counts as reported', () => {
  expect(tallyOfVitest(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 1, failures: [] });
});

test('a test file that cannot be loaded is a failure', () => {
  const broken = { ...report, testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] };
  expect(tallyOfVitest(broken, 1).failed).toBe(1);
});

test('an error outside of any test is a failure', () => {
  expect(tallyOfVitest(report, 1)).toMatchObject({
    failed: 1,
    failures: [expect.stringContaining('outside of any test')],
  });
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
    failures: [],
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
