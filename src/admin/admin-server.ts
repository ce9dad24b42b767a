import type { Server } from 'node:http';
import fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/load.js';
import { reserve } from '../descriptors.js';
import { addressError, ignoreFailedAccept, passedError } from '../http/public-server.js';
import { NewestConnections } from '../newest-connections.js';
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
  limitConnections(server.server);
  guardAdmin(server, guard);
  server.get('/livez', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const { starts, state } = status();
    const is = ready();
    return reply.code(is ? 200 : 503).send({ status: is ? 'ready' : state, starts: starts?.state });
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

/** Idle connections must not use up the descriptors that workers need, nor keep a probe out. */
function limitConnections(server: Server): void {
  const connections = new NewestConnections(reserve.admin);
  server.on('connection', (socket) => connections.add(socket));
  server.on('request', ({ socket }) => connections.used(socket));
}

function noSchemas(): never {
  throw new Error('a route of the admin server has a schema');
}

/**
 * Returns the URL. Fails with `address_unavailable`.
 *
 * @param fd a socket that is already bound, instead of the configured address
 */
export async function listenAdmin(
  server: FastifyInstance,
  { adminHost, adminPort }: Config,
  fd: number | undefined,
): Promise<string> {
  try {
    const address = fd === undefined ? { host: adminHost, port: adminPort } : ({ fd } as object);
    const url = await server.listen(address);
    server.server.on('error', ignoreFailedAccept);
    return url;
  } catch (error) {
    if (fd !== undefined) throw passedError(fd);
    throw addressError(error as NodeJS.ErrnoException, adminHost, adminPort);
  }
}
