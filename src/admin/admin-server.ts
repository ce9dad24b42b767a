import type { Server } from 'node:http';
import type { Config } from '../config/load.js';
import { reserve } from '../descriptors.js';
import { addressError, ignoreFailedAccept, passedError } from '../http/public-server.js';
import { NewestConnections } from '../newest-connections.js';
import type { Logger } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import { type AdminGuard, guardAdmin } from './admin-guard.js';
import { AdminServer } from './admin-http.js';
import { type Dashboard, MAX_STREAMS } from './dashboard/dashboard.js';
import type { ReloadRecord } from './reload-record.js';
import type { Status } from './status.js';

/** The data behind the admin server's routes. */
export interface AdminSources {
  readonly metrics: Metrics;
  /** At least one healthy worker, and not draining. Not "a worker is idle": a busy server is ready. */
  ready(): boolean;
  status(): Status;
  reload(): Promise<ReloadRecord>;
  readonly dashboard: Dashboard;
}

/** The server for operators: liveness, readiness, metrics, scale, status and dashboard, all without R. */
export function createAdminServer(
  { dashboard, metrics, ready, reload, status }: AdminSources,
  guard: AdminGuard,
): AdminServer {
  const server = new AdminServer({
    opened: limitConnections,
    failed: ({ id, method, path }, error) =>
      guard.log.error(
        { event: 'admin-failed', requestId: id, err: error },
        `The admin server failed to answer ${method} ${path}`,
      ),
  });
  guardAdmin(server, guard);
  server.get('/livez', (_request, reply) => reply.send({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const { starts, state } = status();
    const is = ready();
    reply.code(is ? 200 : 503).send({ status: is ? 'ready' : state, starts: starts?.state });
  });
  server.get('/metrics', async (_request, reply) => {
    const { registry } = metrics;
    reply.type(registry.contentType).send(await registry.metrics());
  });
  server.get('/scale', (_request, reply) => {
    const { converting, demand, expectedWaitMs, longestWaitMs, open, queued, running, workers } = status();
    reply.send({
      ongoing: running + open + queued + converting,
      running,
      open,
      queued,
      workers: workers.length,
      longestWaitMs,
      expectedWaitMs,
      demand: demand + converting,
    });
  });
  server.get('/status', (_request, reply) => reply.send(status()));
  server.post('/reload', async (_request, reply) => {
    const record = await reload();
    reply.code(record.outcome === 'reloaded' ? 200 : 500).send(record);
  });
  dashboard.serve(server);
  return server;
}

/** Idle connections must not use up the descriptors that workers need, nor keep a probe out. */
function limitConnections(server: Server): void {
  const connections = new NewestConnections(reserve.admin - MAX_STREAMS);
  server.on('connection', (socket) => connections.add(socket));
  server.on('request', ({ socket }, response) => {
    connections.inUse(socket);
    response.once('close', () => connections.idle(socket));
  });
}

/** Ports after the default one that are tried if it is in use. */
const MORE_PORTS = 20;

/**
 * Returns the URL. If the port is in use and the user has not chosen it, the next free one is used, so that several servers
 * run on one machine. Fails with `address_unavailable`.
 *
 * @param fd a socket that is already bound, instead of the configured address
 */
export async function listenAdmin(
  server: AdminServer,
  { adminHost, adminPort, port: publicPort, sources }: Config,
  log: Logger,
  fd?: number,
): Promise<string> {
  const last = sources['admin-port'].from === 'default' ? adminPort + MORE_PORTS : adminPort;
  for (let port = adminPort; ; port += 1) {
    if (port === publicPort && port > adminPort) continue;
    try {
      const url = await server.listen(fd === undefined ? { host: adminHost, port } : { fd });
      server.onError(ignoreFailedAccept);
      if (port !== adminPort) {
        const text = `Port ${adminPort} is in use, so the admin server uses port ${port}`;
        log.info({ event: 'admin-port', port }, text);
      }
      return url;
    } catch (error) {
      if (fd !== undefined) throw passedError(fd);
      const failure = error as NodeJS.ErrnoException;
      if (failure.code !== 'EADDRINUSE' || port >= last) throw addressError(failure, adminHost, port);
    }
  }
}
