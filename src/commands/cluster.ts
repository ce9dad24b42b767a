import type { Config } from '../config/load.js';
import { Kubectl } from '../kubernetes/kubectl.js';
import type { RolloutProgress } from '../kubernetes/rollout.js';

/** kubectl for the cluster of the configuration. */
export function connect({ context, kubectl, namespace }: Config): Kubectl {
  return new Kubectl({ program: kubectl, context, namespace });
}

/** Shows the progress of a rollout: on a terminal by updating one line, elsewhere with a line for each change. */
export function rolloutDisplay(name: string): (progress: RolloutProgress) => void {
  const terminal = process.stderr.isTTY === true;
  let shown = '';
  return ({ done, old, ready, updated, wanted }) => {
    const rest = old > 0 ? `, ${old} of the previous version still running` : '';
    const line = `${name}: ${ready} of ${wanted} pods ready, ${updated} created${rest}`;
    if (line === shown && !done) return;
    shown = line;
    if (terminal) process.stderr.write(`\r\x1b[K${line}${done ? '\n' : ''}`);
    else process.stderr.write(`${line}\n`);
  };
}
