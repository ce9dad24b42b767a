import { stdout } from 'node:process';
import { gateFor } from '../access/gate-for.js';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { createLog } from '../observe/log.js';
import { Gateway } from '../serve/gateway.js';
import { banner } from './banner.js';
import { stopRequest } from './stop-request.js';

/** Serves an app until it is asked to stop; gives the exit code. */
export async function serve(
  app: AppLocation,
  config: Config,
  { dev = false }: { dev?: boolean } = {},
): Promise<number> {
  const log = createLog({ format: config.logFormat, level: config.logLevel });
  const gateway = new Gateway(app, config, log, { dev, gate: await gateFor(config, log.log) });
  const stopRequested = stopRequest(() => void gateway.reload('signal'));
  try {
    const started = await Promise.race([gateway.start(), stopRequested]);
    if (typeof started === 'string') {
      await gateway.abort();
      await log.end();
      return 0;
    }
    if (config.logFormat === 'pretty' && stdout.isTTY) log.output.write(banner(started));
    // Tells a parent process with an IPC channel, such as `npm start`, that the server is ready.
    process.send?.({ event: 'listening', url: started.url, workers: config.workers });
  } catch (error) {
    await gateway.abort();
    await log.end();
    throw error;
  }
  await gateway.stop(await stopRequested);
  await log.end();
  // Everything is closed, except retries of the trace exporter: they cannot be cancelled, and take up to 10 s.
  process.exit(0);
}
