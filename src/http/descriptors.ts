import { readFileSync } from 'node:fs';

/** Files that the gateway itself has open at most, and those that each worker costs it: a socket and two pipes. */
const OWN = 64;
const OF_WORKER = 4;

/**
 * Connections that the limit of open files leaves room for, if every worker is there: beyond it none could be taken, nor
 * a worker started. Node has raised the soft limit to the hard one by itself. Undefined where that is not known.
 */
export function connectionRoom(workers: number, limits = readLimits()): number | undefined {
  const files = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return files === undefined ? undefined : Math.max(1, Number(files) - OWN - OF_WORKER * workers);
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return ''; // not Linux
  }
}
