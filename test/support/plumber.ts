import { join } from 'node:path';
import { accepting, Child, freePort, type Server, serverEnvironment } from './process.js';

export interface ServeOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/** Starts the real plumber on an API, the way plumber's own documentation says to. */
export async function startPlumber(app: string, options: ServeOptions = {}): Promise<Server> {
  const port = await freePort();
  const child = new Child('Rscript', [join(import.meta.dirname, 'plumber.R'), app, String(port)], {
    ...(options.cwd ? { cwd: options.cwd } : {}),
    env: serverEnvironment(options.env),
  });
  try {
    await accepting(port, child);
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return {
    name: 'plumber',
    port,
    output: () => child.output(),
    stop: () => child.stop('SIGTERM'),
  };
}
