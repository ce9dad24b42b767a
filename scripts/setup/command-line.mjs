import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/**
 * With V8's own 16 MB, a thousand connections cost a quarter of the throughput: their objects outlive a young generation
 * that is so small, and full collections follow. The size can only be set by a flag at the start.
 */
export const flag = '--max-semi-space-size=64';

/** As process 1 of a container, a server has to reap the processes that lose their parent, which Node can't. */
const reaped =
  `case "$$ $1" in "1 serve"|"1 dev") k=$(readlink -f "$0"); ` +
  `exec sh "\${k%dist/cli.js}assets/image/init.sh" "$0" "$@";; esac; `;

/**
 * A line of a shell script that starts Node with the flag, unless NODE_OPTIONS sets the size. In JavaScript, it is little
 * more than a comment. A first line `env -S node FLAG` would fail in Alpine, whose `env` has no `-S`.
 */
const start =
  `':' /*; ${reaped}case "$NODE_OPTIONS" in *semi?space?size*) exec node "$0" "$@";; esac; ` +
  `exec node ${flag} "$0" "$@" # */; `;

/**
 * Makes the built command line start Node with the flag.
 * @param {string} cli
 */
export function addFlag(cli) {
  const [, ...lines] = readFileSync(cli, 'utf8').split('\n');
  writeFileSync(cli, `#!/bin/sh\n${start}${lines.join('\n')}`);
}

/**
 * What to pass to a `node` to start the built command line as it starts itself.
 * @returns {string[]}
 */
export function commandLine() {
  return [flag, join(root, 'dist', 'cli.js')];
}
