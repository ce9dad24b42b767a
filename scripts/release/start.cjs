/**
 * The main script of the executable. The files of Penstock are inside; R and worker threads need them on disk. They are
 * written once for each version, to a folder that is named by their contents and appears under its name only when it is
 * complete, so any number of processes can start at once.
 */
const {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createRequire, enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { dirname, join } = require('node:path');
const { getAsset, getAssetKeys, getRawAsset } = require('node:sea');
const { pathToFileURL } = require('node:url');

/** The asset with the identity of the others. */
const ID = 'id';
/** The asset that loads an ES module, which this script can't do itself. */
const LOADER = 'load.cjs';

const id = getAsset(ID, 'utf8');

/** Where a package has installed the files beside the executable, as in /usr/bin and /usr/lib. */
function packagedFolder() {
  return join(dirname(realpathSync(process.execPath)), '..', 'lib', 'penstock', id);
}

function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'penstock', id);
}

/** Whether no other user can have written the folder. */
function isOurs(folder) {
  let stats;
  try {
    stats = lstatSync(folder);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
    throw error;
  }
  if (!stats.isDirectory()) throw new Error(`${folder} is not a folder`);
  const foreign = stats.uid !== 0 && stats.uid !== process.getuid();
  if (foreign || (stats.mode & 0o022) !== 0) throw new Error(`other users can write to ${folder}`);
  return true;
}

function unpack(folder) {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  isOurs(parent);
  const written = mkdtempSync(join(parent, 'unpacking-'));
  try {
    for (const file of getAssetKeys()) {
      if (file === ID) continue;
      mkdirSync(dirname(join(written, file)), { recursive: true });
      writeFileSync(join(written, file), Buffer.from(getRawAsset(file)));
    }
    renameSync(written, folder);
  } catch (error) {
    rmSync(written, { recursive: true, force: true });
    // Another process was faster.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

function installed() {
  const packaged = packagedFolder();
  if (isOurs(packaged)) return packaged;
  const folder = cacheFolder();
  if (!isOurs(dirname(folder)) || !isOurs(folder)) unpack(folder);
  return folder;
}

let folder;
try {
  folder = installed();
} catch (error) {
  process.stderr.write(
    `error: Could not unpack Penstock: ${error.message}.\n` +
      'hint: Set XDG_CACHE_HOME to a folder that only you can write to, with 20 MB of room.\n',
  );
  process.exit(1);
}
enableCompileCache(join(folder, 'compiled'));
createRequire(join(folder, LOADER))(join(folder, LOADER))(pathToFileURL(join(folder, 'dist', 'cli.js')).href);
