/** The Node inside of the executable, from npm's packages with the program of one platform each. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../setup/command.mjs';
import { root } from '../setup/root.mjs';

/** A version of long-term support that can make executables (`--build-sea`). */
const NODE_VERSION = '26.12.1';

/**
 * @param {string} platform such as linux-x64
 * @returns {Promise<string>} path of the program
 */
export async function nodeFor(platform) {
  const name = `node-${platform}`;
  const folder = join(root, '.penstock', `${name}-${NODE_VERSION}`);
  const program = join(folder, 'package', 'bin', 'node');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const label = `Node ${NODE_VERSION} for ${platform}`;
  // npm compares the package with its checksum in the registry.
  await mustRun(label, ['npm', 'pack', '--silent', `${name}@${NODE_VERSION}`], { cwd: folder });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  await mustRun(label, ['tar', '--extract', '--file', archive ?? '', 'package/bin/node'], { cwd: folder });
  return program;
}
