/**
 * What the container tests begin with: podman, and two images in the place of those that users get from a registry.
 * A Debian made by debootstrap stands in for debian:bookworm-slim, and an image with this machine's Node for node's.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, run } from '../setup/command.mjs';
import { root } from '../setup/root.mjs';
import { thisSystem } from '../setup/system.mjs';

const folder = join(root, '.penstock', 'containers');
const baseImage = 'localhost/penstock-test-base:bookworm';
const nodeImage = `localhost/penstock-test-node:${process.versions.node}`;

/** By default podman asks for more open files than a container may, and for cgroups that not every kernel has. */
const configuration = `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

/** Debian's packages by a program of each. */
const needed = {
  podman: 'podman',
  runc: 'runc',
  debootstrap: 'debootstrap',
  iptables: 'iptables',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
};

/** @param {string} program */
const isThere = (program) => answerOf(['sh', '-c', `command -v ${program}`]) !== undefined;

/** Why containers can't run here. */
class CannotRun extends Error {}

/**
 * @param {string} label
 * @param {string[]} words
 * @param {NodeJS.ProcessEnv} [env]
 */
async function must(label, words, env = process.env) {
  const { ok, output } = await run(label, words, { env });
  if (!ok) throw new CannotRun(`${label} failed: ${output.trim().split('\n').slice(-3).join(' / ')}`);
}

async function installPrograms() {
  const missing = Object.entries(needed).flatMap(([program, name]) => (isThere(program) ? [] : [name]));
  if (missing.length === 0) return;
  const { family, asRoot } = thisSystem();
  if (family !== 'debian' || asRoot === undefined)
    throw new CannotRun(`${missing.join(', ')} cannot be installed here`);
  const install = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y'];
  await run('Refreshing the package lists', [...asRoot, 'apt-get', 'update']);
  const options = ['--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  await must(`Installing ${missing.join(', ')}`, [...install, ...options, ...missing]);
}

/**
 * @param {string} image
 * @param {NodeJS.ProcessEnv} env
 * @param {string} script  fills the folder $1 with a root file system
 */
export async function importImage(image, env, script) {
  const { ok } = await run(`Looking for ${image}`, ['podman', 'image', 'exists', image], { env });
  if (ok) return;
  const files = join(folder, 'rootfs');
  rmSync(files, { recursive: true, force: true });
  mkdirSync(files, { recursive: true });
  const steps = `set -e; ${script}; tar -C "$1" -c . | podman import - ${image}`;
  await must(`Making ${image}`, ['sh', '-c', steps, 'sh', files], env);
  rmSync(files, { recursive: true, force: true });
}

/**
 * Makes ready what the container tests need, which takes minutes the first time; or says why they can't run.
 * @returns {Promise<{ env: Record<string, string> } | { reason: string }>}
 */
export async function prepareContainers() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { reason: 'they need Linux and root' };
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'containers.conf');
  writeFileSync(file, configuration);
  const env = { ...process.env, CONTAINERS_CONF: file };
  try {
    await installPrograms();
    await importImage(baseImage, env, 'debootstrap --variant=minbase bookworm "$1" >/dev/null');
    const node = `mkdir -p "$1/usr/local/bin"; cp "${process.execPath}" "$1/usr/local/bin/node"`;
    await importImage(nodeImage, env, node);
    await must('Running a container', ['podman', 'run', '--rm', baseImage, 'true'], env);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    return { reason: error.message };
  }
  return {
    env: {
      CONTAINERS_CONF: file,
      PENSTOCK_TEST_BASE_IMAGE: baseImage,
      PENSTOCK_TEST_NODE_IMAGE: nodeImage,
    },
  };
}
