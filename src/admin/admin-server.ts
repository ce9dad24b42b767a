import fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/load.js';
import { addressError, ignoreFailedAccept } from '../http/public-server.js';
import type { Logger } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import { type AdminGuard, guardAdmin } from './admin-guard.js';
import type { Dashboard } from './dashboard/dashboard.js';
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
): FastifyInstance {
  const server = fastify({
    logger: false,
    forceCloseConnections: true,
    // No route has a schema. Loading fastify's schema compilers would take a third of the load time.
    schemaController: { compilersFactory: { buildSerializer: noSchemas, buildValidator: noSchemas } },
  });
  guardAdmin(server, guard);
  server.get('/livez', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const { state } = status();
    return ready() ? { status: 'ready' } : reply.code(503).send({ status: state });
  });
  server.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  server.get('/scale', () => {
    const { converting, demand, expectedWaitMs, longestWaitMs, open, queued, running, workers } = status();
    return {
      ongoing: running + open + queued + converting,
      running,
      open,
      queued,
      workers: workers.length,
      longestWaitMs,
      expectedWaitMs,
      demand: demand + converting,
    };
  });
  server.get('/status', () => status());
  server.post('/reload', async (_request, reply) => {
    const record = await reload();
    return reply.code(record.outcome === 'reloaded' ? 200 : 500).send(record);
  });
  dashboard.serve(server);
  return server;
}

function noSchemas(): never {
  throw new Error('a route of the admin server has a schema');
}

/** Ports after the default one that are tried if it is in use. */
const MORE_PORTS = 20;

/**
 * Returns the URL. If the port is in use and the user has not chosen it, the next free one is used, so that several servers
 * run on one machine. Fails with `address_unavailable`.
 */
export async function listenAdmin(
  server: FastifyInstance,
  { adminHost, adminPort, port: publicPort, sources }: Config,
  log: Logger,
): Promise<string> {
  const last = sources['admin-port'].from === 'default' ? adminPort + MORE_PORTS : adminPort;
  for (let port = adminPort; ; port += 1) {
    if (port === publicPort && port > adminPort) continue;
    try {
      const url = await server.listen({ host: adminHost, port });
      server.server.on('error', ignoreFailedAccept);
      if (port !== adminPort) {
        const text = `Port ${adminPort} is in use, so the admin server uses port ${port}`;
        log.info({ event: 'admin-port', port }, text);
      }
      return url;
    } catch (error) {
      const failure = error as NodeJS.ErrnoException;
      if (failure.code !== 'EADDRINUSE' || port >= last) throw addressError(failure, adminHost, port);
    }
  }
}
