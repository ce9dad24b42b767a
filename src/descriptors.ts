import { readFileSync } from 'node:fs';

/**
 * What is kept free of clients' connections: files and pipes of the gateway itself, connections to the admin server,
 * rejected connections that still get an error response, connections of processes that have not said yet which worker
 * they are, and three for each worker (a socket and two pipes), with one more while it starts.
 */
export const reserve = { gateway: 64, admin: 128, rejected: 16, unidentified: 32, perWorker: 4 };

/**
 * How many connections and files of responses the limit of open files allows with all workers running; undefined if
 * unknown. With more, the gateway could neither accept a connection nor start a worker. Node itself raises the soft limit
 * to the hard limit.
 */
export function connectionRoom(workers: number, limits = readLimits()): number | undefined {
  const files = /^Max open files +(\d+)/m.exec(limits)?.[1];
  const { admin, gateway, perWorker, rejected, unidentified } = reserve;
  return files === undefined
    ? undefined
    : Math.max(1, Number(files) - gateway - admin - rejected - unidentified - perWorker * workers);
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return ''; // not Linux
  }
}
