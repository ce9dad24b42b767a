import type { Config } from '../config/load.js';
import { Kubectl } from '../kubernetes/kubectl.js';
import type { RolloutOptions } from '../kubernetes/rollout.js';

/** kubectl for the cluster of the configuration. */
export function connect({ context, kubectl, namespace }: Config): Kubectl {
  return new Kubectl({ program: kubectl, context, namespace });
}

/** The namespace that kubectl uses. */
export async function namespaceOf({ namespace }: Config, kubectl: Kubectl): Promise<string> {
  if (namespace !== undefined) return namespace;
  const args = ['config', 'view', '--minify', '--output', 'jsonpath={..namespace}'];
  return (await kubectl.run(args)).stdout.trim() || 'default';
}

/** Shows the progress of a rollout: on a terminal by updating one line, elsewhere with a line for each change. */
export function rolloutDisplay(name: string): NonNullable<RolloutOptions['progress']> {
  const terminal = process.stderr.isTTY === true;
  let shown = '';
  let said: string | undefined;
  return ({ done, old, ready, updated, wanted }, waitsFor) => {
    if (waitsFor !== undefined && waitsFor !== said) {
      said = waitsFor;
      process.stderr.write(`${terminal ? '\r\x1b[K' : ''}${name} waits for a pod: ${waitsFor}\n`);
    }
    const rest = old > 0 ? `, ${old} of the previous version still running` : '';
    const line = `${name}: ${ready} of ${wanted} pods ready, ${updated} created${rest}`;
    if (line === shown && !done) return;
    shown = line;
    if (terminal) process.stderr.write(`\r\x1b[K${line}${done ? '\n' : ''}`);
    else process.stderr.write(`${line}\n`);
  };
}
