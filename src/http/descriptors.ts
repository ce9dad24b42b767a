import { readFileSync } from 'node:fs';

/** Open files of the gateway itself, and per worker, which needs a socket and two pipes. */
const GATEWAY_FILES = 64;
const FILES_PER_WORKER = 4;

/**
 * How many connections the limit of open files allows with all workers running; undefined if unknown. With more, the
 * gateway could neither accept a connection nor start a worker. Node itself raises the soft limit to the hard limit.
 */
export function connectionRoom(workers: number, limits = readLimits()): number | undefined {
  const files = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return files === undefined
    ? undefined
    : Math.max(1, Number(files) - GATEWAY_FILES - FILES_PER_WORKER * workers);
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return ''; // not Linux
  }
}
