import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** vitest's global setup: builds `dist` from the current `src` for the tests that run the command line. */
export default function build(): void {
  if (process.env.PENSTOCK_TEST_NO_BUILD) return;
  if (newest(join(root, 'src')) < built()) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
}

function built(): number {
  const entry = join(root, 'dist/cli.js');
  return existsSync(entry) ? statSync(entry).mtimeMs : 0;
}

function newest(folder: string): number {
  return Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}
