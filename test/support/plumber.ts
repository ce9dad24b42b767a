import { join } from 'node:path';
import { accepting, Child, freePort, type Server, serverEnvironment } from './process.js';

/** What an API runs on: plumber, or httpuv without plumber. */
export type Engine = 'plumber' | 'httpuv';

export interface ServeOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly engine?: Engine;
}

/** Starts the real plumber, or the real httpuv, on an API, the way its own documentation says to. */
export async function startPlumber(app: string, options: ServeOptions = {}): Promise<Server> {
  const { engine = 'plumber' } = options;
  const port = await freePort();
  const child = new Child('Rscript', [join(import.meta.dirname, `${engine}.R`), app, String(port)], {
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
    name: engine,
    port,
    output: () => child.output(),
    stop: () => child.stop('SIGTERM'),
  };
}
