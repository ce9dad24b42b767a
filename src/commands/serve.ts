import { stdout } from 'node:process';
import { gateFor } from '../access/gate-for.js';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { takeSockets } from '../http/passed-sockets.js';
import { createLog, type Log } from '../observe/log.js';
import { Gateway } from '../serve/gateway.js';
import { ServiceManager } from '../serve/service-manager.js';
import { banner } from './banner.js';
import { becomeChild } from './process-one.js';
import { stopRequest } from './stop-request.js';

/** How long the log's last lines may take to be written when the stop takes too long, in ms. */
const EXIT_DELAY_MS = 500;

/** How long a stop may take beyond the drain delay and the shutdown timeout, in ms. */
const STOP_MARGIN_MS = 5000;

/** Serves an app until it is asked to stop; gives the exit code. */
export async function serve(
  app: AppLocation,
  config: Config,
  { dev = false }: { dev?: boolean } = {},
): Promise<number> {
  const orphans = becomeChild();
  const sockets = takeSockets();
  const log = await createLog({ format: config.logFormat, level: config.logLevel });
  if (orphans !== undefined) log.log.warn({ event: 'process-1' }, orphans);
  const manager = new ServiceManager(process.env, (reason) =>
    log.log.warn({ event: 'service-manager', reason }, `Could not notify the service manager: ${reason}`),
  );
  const gateway = new Gateway(app, config, log, { dev, gate: await gateFor(config, log.log) });
  let status = '';
  const reload = async (): Promise<void> => {
    await manager.reloading();
    await gateway.reload('signal');
    await manager.ready(status);
  };
  const stopRequested = stopRequest(() => void reload());
  try {
    const started = await Promise.race([gateway.start(sockets), stopRequested]);
    if (typeof started === 'string') {
      await gateway.abort();
      await log.end();
      return 0;
    }
    if (config.logFormat === 'pretty' && stdout.isTTY) log.output.write(banner(started));
    // Tells a parent process with an IPC channel, such as `npm start`, that the server is ready.
    process.send?.({ event: 'listening', url: started.url, workers: config.workers });
    status = `Serving ${app.file} on ${started.url}`;
    void manager.ready(status);
  } catch (error) {
    await gateway.abort();
    await log.end();
    throw error;
  }
  const reason = await stopRequested;
  void manager.stopping();
  endAfter(config, log);
  await gateway.stop(reason);
  manager.close();
  await log.end();
  // Everything is closed, except retries of the trace exporter: they cannot be cancelled, and take up to 10 s.
  process.exit(0);
}

/** Ends the process even if something keeps it from stopping. The reaper then kills the workers. */
function endAfter({ drainDelay, shutdownTimeout }: Config, { log }: Log): void {
  const limit = drainDelay + shutdownTimeout + STOP_MARGIN_MS;
  const end = (): void => {
    log.error({ event: 'stop-timeout' }, `Ended: the shutdown took longer than ${limit / 1000} s`);
    setTimeout(() => process.exit(1), EXIT_DELAY_MS);
  };
  setTimeout(end, limit - EXIT_DELAY_MS).unref();
}
