/** dist/, compiled from src/. */
import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './command.mjs';
import { digestOf, filesUnder, readStamp, writeStamp } from './digest.mjs';

const inputs = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * What src/ compiles to that must be there.
 * @param {string} root
 */
function outputs(root) {
  const source = join(root, 'src');
  return filesUnder(source)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => join(root, 'dist', file.slice(source.length).replace(/\.ts$/, '')));
}

/**
 * Output of sources that are gone would still be imported by whoever forgot to change an import.
 * @param {string} root
 */
function removeOrphans(root) {
  const wanted = new Set(outputs(root));
  for (const file of filesUnder(join(root, 'dist'))) {
    if (!wanted.has(file.replace(/(\.d\.ts|\.js|\.d\.ts\.map|\.js\.map)$/, ''))) rmSync(file);
  }
}

/**
 * `npx penstock` in a checkout finds the command as it does where Penstock is installed.
 * @param {string} root
 */
function linkCommand(root) {
  const link = join(root, 'node_modules', '.bin', 'penstock');
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'dist', 'cli.js'), link);
}

/** @param {string} root */
export async function setUpDist(root) {
  const stamp = join(root, '.penstock', 'built');
  const digest = digestOf(root, inputs);
  const upToDate = readStamp(stamp) === digest && outputs(root).every((file) => existsSync(`${file}.js`));
  if (!upToDate) {
    rmSync(stamp, { force: true });
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await mustRun('Compiling', [process.execPath, compiler, '-p', 'tsconfig.build.json'], { cwd: root });
    removeOrphans(root);
    writeStamp(stamp, digest);
  }
  chmodSync(join(root, 'dist', 'cli.js'), 0o755);
  linkCommand(root);
}
