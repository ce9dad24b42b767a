import { isSea } from 'node:sea';
import { installed } from '../installation.js';

/** Replaces this process by another program. Node has it since version 22.15. */
type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;

/**
 * Process 1 of a container inherits the processes that lose their parent, and has to reap them, which Node can't. There,
 * a small program takes the place of this process and starts Penstock again as its child.
 *
 * @returns what to do if that is not possible; undefined in any other process
 */
export function becomeChild(): string | undefined {
  if (process.pid !== 1) return undefined;
  const { execve } = process as { execve?: Execve };
  const isItself = isSea() || process.execArgv.length === 0;
  if (execve === undefined || !isItself)
    return (
      'Penstock is process 1 of its container and can not reap processes that lose their parent. Start it as "penstock" ' +
      'instead of "node …/cli.js", or give the container an init (docker run --init)'
    );
  const command = isSea() ? process.execPath : installed('dist/cli.js');
  return execve(
    '/bin/sh',
    ['sh', installed('assets/image/init.sh'), command, ...process.argv.slice(2)],
    process.env,
  );
}
