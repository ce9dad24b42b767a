/**
 * Cleans up after a check of a cluster, whatever ends it: a process of its own session, which waits until the check is
 * gone. Argument: the cluster as JSON. Standard input: a line with the process group of each step that starts, and `0` when
 * it has ended.
 */
import { insist, restoreNodes, wordsFor } from './restore-nodes.mjs';

/** @type {import('./restore-nodes.mjs').Cluster & { keep: boolean }} */
const cluster = JSON.parse(process.argv[2] ?? '{}');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

let groups = '';
for await (const text of process.stdin.setEncoding('utf8')) groups += text;
const last = Number(groups.trim().split('\n').at(-1));
try {
  if (last > 0) process.kill(-last, 'SIGKILL');
} catch {
  // It has ended.
}
await restoreNodes(cluster);
const remove = ['delete', 'namespace', cluster.namespace, '--ignore-not-found', '--wait=false'];
if (!cluster.keep) await insist(cluster.program, wordsFor(cluster, remove));
