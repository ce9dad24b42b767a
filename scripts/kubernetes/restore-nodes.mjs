import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Marks the nodes that a check has cordoned or stopped, with its namespace, so that they are found whatever ends it. */
export const nodeLabel = 'penstock-verify';

/**
 * @typedef {{ program: string, context?: string | undefined, namespace: string, nodeUp?: string | undefined }} Cluster
 */

/**
 * Starts and uncordons the nodes that a check has marked.
 * @param {Cluster} cluster
 */
export async function restoreNodes(cluster) {
  const { namespace, nodeUp, program } = cluster;
  const path = 'jsonpath={.items[*].metadata.name}';
  const list = ['get', 'nodes', '-l', `${nodeLabel}=${namespace}`, '--output', path];
  const { stdout } = spawnSync(program, wordsFor(cluster, list), { encoding: 'utf8' });
  for (const node of stdout.split(' ').filter((name) => name !== '')) {
    if (nodeUp !== undefined) await insist('sh', ['-c', nodeUp.replaceAll('{node}', node)]);
    await insist(program, wordsFor(cluster, ['uncordon', node]));
    await insist(program, wordsFor(cluster, ['label', 'node', node, `${nodeLabel}-`]));
  }
}

/**
 * @param {Cluster} cluster
 * @param {readonly string[]} args
 */
export function wordsFor({ context }, args) {
  return [...(context === undefined ? [] : ['--context', context]), ...args, '--request-timeout=30s'];
}

/**
 * Tries a command three times.
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function insist(command, args) {
  for (let tries = 0; tries < 3; tries += 1) {
    const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) return;
    process.stderr.write(error?.message ?? stderr);
    await delay(1000);
  }
  process.stderr.write(`Cleanup failed. Run this yourself: ${command} ${args.join(' ')}\n`);
}
