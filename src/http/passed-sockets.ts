import { PenstockError } from '../errors.js';

/** The first descriptor that systemd passes: sd_listen_fds(3). */
const FIRST = 3;
/** The name of the admin server's socket in LISTEN_FDNAMES (`FileDescriptorName=` of a socket unit). */
const ADMIN = 'admin';

/** Descriptors of sockets that the parent process has bound, so that its address outlives this process. */
export interface PassedSockets {
  readonly public?: number;
  readonly admin?: number;
}

/**
 * Takes over the sockets that systemd, or the parent in a container, passes. Removes their variables, so that R and its
 * programs don't take them for their own. Fails with `address_unavailable`.
 */
export function takeSockets(env: NodeJS.ProcessEnv = process.env, pid = process.pid): PassedSockets {
  const { LISTEN_FDNAMES: names, LISTEN_FDS: count, LISTEN_PID: owner } = env;
  for (const name of ['LISTEN_FDNAMES', 'LISTEN_FDS', 'LISTEN_PID']) delete env[name];
  if (Number(owner) !== pid || !Number(count)) return {};
  const sockets: { public?: number; admin?: number } = {};
  for (let at = 0; at < Number(count); at += 1) {
    const kind = names?.split(':')[at] === ADMIN ? 'admin' : 'public';
    if (sockets[kind] !== undefined) {
      const detail = `LISTEN_FDS passes more than one socket for the ${kind} server. Name that of the admin server "${ADMIN}".`;
      throw new PenstockError('address_unavailable', detail);
    }
    sockets[kind] = FIRST + at;
  }
  return sockets;
}
