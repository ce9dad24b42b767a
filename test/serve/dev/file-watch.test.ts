import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { FileWatch } from '../../../src/serve/dev/file-watch.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-watch-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a data file that changes while the app loads is reported', async () => {
  const file = join(folder, 'early.csv');
  const loadingSince = Date.now() - 1000;
  writeFileSync(file, 'changed after R has read it');
  const reported = await new Promise((resolve) => {
    const watch = new FileWatch(folder, resolve);
    onTestFinished(() => watch.close());
    watch.follow([file], loadingSince);
  });
  expect(reported).toEqual([file]);
});

test('a data file is reported when it changes after the app has loaded, not before', async () => {
  const file = join(folder, 'late.csv');
  writeFileSync(file, 'first');
  const reports: (readonly string[])[] = [];
  await new Promise<void>((resolve) => {
    const watch = new FileWatch(folder, (files) => {
      reports.push(files);
      resolve();
    });
    onTestFinished(() => watch.close());
    watch.follow([file], Date.now() + 60_000);
    writeFileSync(file, 'a second version');
  });
  expect(reports).toEqual([[file]]);
});
