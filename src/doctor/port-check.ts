import { createServer } from 'node:net';
import type { Config } from '../config/load.js';
import type { Finding } from './finding.js';

/** Checks whether both servers can listen on their configured addresses. */
export async function checkPorts(config: Config): Promise<Finding[]> {
  const { host, port, adminHost, adminPort, sources } = config;
  return [
    await checkPort('public', host, port, '--host or --port'),
    await checkPort('admin', adminHost, adminPort, '--admin-host or --admin-port', {
      orNext: sources['admin-port'].from === 'default',
    }),
  ];
}

/** @param options orNext: whether the server uses the next free port if this one is in use */
async function checkPort(
  server: string,
  host: string,
  port: number,
  flags: string,
  { orNext = false } = {},
): Promise<Finding> {
  const failure = await tryToListen(host, port);
  if (orNext && failure?.code === 'EADDRINUSE') {
    return {
      status: 'note',
      title: `Port ${port} on ${host} is in use: the ${server} server uses the next free one`,
    };
  }
  if (failure === undefined) {
    const title =
      port === 0
        ? `The ${server} server uses any free port on ${host}`
        : `Port ${port} on ${host} is free (${server} server)`;
    return { status: 'ok', title };
  }
  return {
    status: 'missing',
    title: `The ${server} server cannot listen on ${host} port ${port}: ${reason(failure)}`,
    fix: [
      failure.code === 'EADDRINUSE'
        ? `Stop the other program, or change the address with ${flags}.`
        : `Change the address with ${flags}.`,
    ],
  };
}

function tryToListen(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another program is using it',
    EACCES: 'only root may use this port',
    EADDRNOTAVAIL: 'this machine does not have this address',
    ENOTFOUND: 'the host name is unknown',
  };
  return reasons[code ?? ''] ?? message;
}
