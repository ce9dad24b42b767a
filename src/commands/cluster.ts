import type { Config } from '../config/load.js';
import { Kubectl } from '../kubernetes/kubectl.js';
import type { RolloutProgress } from '../kubernetes/rollout.js';

/** The cluster that the configuration names. */
export function connect({ context, kubectl, namespace }: Config): Kubectl {
  return new Kubectl({ program: kubectl, context, namespace });
}

/** Shows how far a rollout is: one line that changes on a terminal, elsewhere a line for each change. */
export function rolloutDisplay(name: string): (progress: RolloutProgress) => void {
  const terminal = process.stderr.isTTY === true;
  let shown = '';
  return ({ done, old, ready, updated, wanted }) => {
    const rest = old > 0 ? `, ${old} of the previous version still run` : '';
    const line = `${name}: ${ready} of ${wanted} pods ready, ${updated} started${rest}`;
    if (line === shown && !done) return;
    shown = line;
    if (terminal) process.stderr.write(`\r\x1b[K${line}${done ? '\n' : ''}`);
    else process.stderr.write(`${line}\n`);
  };
}
