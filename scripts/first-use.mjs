/**
 * npm run first-use: in a fresh clone of the last commit, installs what is missing, makes the package, installs it, and
 * runs the commands of docs/first-use.md as a new user does. They must print what the page shows. The image is built where
 * containers can run. --write writes the page instead.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from './setup/command.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';
import { prepareContainers } from './testing/containers.mjs';

const page = 'docs/first-use.md';
const writes = process.argv.includes('--write');

await runScript(async () => {
  const prepared = await prepareContainers();
  if ('reason' in prepared) console.log(`The image is not built: ${prepared.reason}`);
  const env = {
    ...process.env,
    ...('env' in prepared && prepared.env),
    PENSTOCK_TEST_LONG: '1',
    ...(writes && { PENSTOCK_TEST_WRITE_PAGE: '1' }),
  };
  const clone = mkdtempSync(join(tmpdir(), 'penstock-clone-'));
  try {
    await mustRun('A fresh clone', ['git', 'clone', '--quiet', root, clone]);
    await mustRun('Set-up in the clone', ['npm', 'run', 'setup'], { cwd: clone });
    const test = ['npx', 'vitest', 'run', 'test/docs/long/first-use.test.ts'];
    await mustRun('The commands of the page', test, { cwd: clone, env });
    if (writes) copyFileSync(join(clone, page), join(root, page));
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
});
