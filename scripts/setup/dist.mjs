/**
 * Bundles src/ and its dependencies into dist/: one file for each entry point, and files with shared code. Hundreds of
 * separate files would take more memory and several times as long to load.
 */
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { noteBundled } from './bundled-packages.mjs';
import { addFlag } from './command-line.mjs';
import { digestOf, readStamp, writeStamp } from './digest.mjs';

/** The command line, the library, and the script for threads. */
const entries = { cli: 'cli.ts', index: 'index.ts', thread: 'lanes/large/thread.ts' };

const scripts = ['dist', 'bundled-packages', 'command-line'].map((name) => `scripts/setup/${name}.mjs`);
const inputs = ['src', 'assets/dashboard', 'package.json', 'package-lock.json', ...scripts];

/** @param {string} root */
async function bundle(root) {
  // Imported here because set-up installs it first.
  const { build } = await import('esbuild');
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const common = /** @type {const} */ ({
    absWorkingDir: root,
    bundle: true,
    metafile: true,
    logLevel: 'warning',
  });
  const server = await build({
    ...common,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: join('src', file), out })),
    outdir: 'dist',
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: `node${engines.node.replace('>=', '')}`,
    // OpenTelemetry's ES modules leave out what is not used: 150 KB instead of 730 KB.
    mainFields: ['module', 'main'],
    sourcemap: true,
    // Without white space it is a third smaller. Names stay, and lines are short enough for the place of an error.
    minifyWhitespace: true,
    lineLimit: 120,
    // For packages that are CommonJS.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  addFlag(join(root, 'dist', 'cli.js'));
  const page = await build({
    ...common,
    entryPoints: ['dashboard.js', 'dashboard.css'].map((file) => join('assets/dashboard', file)),
    outdir: 'dist/dashboard',
    format: 'esm',
    target: 'es2022',
    minify: true,
  });
  noteBundled(
    root,
    [server, page].flatMap(({ metafile }) => Object.keys(metafile.inputs)),
  );
}

/**
 * Makes `npx penstock` work in a checkout.
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
  const complete = Object.keys(entries).every((out) => existsSync(join(root, 'dist', `${out}.js`)));
  if (readStamp(stamp) !== digest || !complete) {
    rmSync(stamp, { force: true });
    await bundle(root);
    writeStamp(stamp, digest);
  }
  chmodSync(join(root, 'dist', 'cli.js'), 0o755);
  linkCommand(root);
}
