import { penstockCommand } from './command.js';
import type { ServeOptions } from './plumber.js';
import { Child, type Server, serverEnvironment } from './process.js';

/** `auto` uses the direct lane where possible. */
export type Lane = 'auto' | 'plumber';

export interface PenstockOptions extends ServeOptions {
  readonly lane?: Lane;
  /** More flags of `penstock serve`. */
  readonly flags?: readonly string[];
}

export interface PenstockServer extends Server {
  readonly url: string;
  readonly adminUrl: string;
}

const START_TIMEOUT_MS = 60_000;

/** Starts the built command line on an API and waits until it listens and is ready. */
export async function startPenstock(app: string, options: PenstockOptions = {}): Promise<PenstockServer> {
  const [program, ...start] = penstockCommand;
  const child = new Child(
    program,
    [
      ...start,
      'serve',
      app,
      ...['--host', '127.0.0.1', '--port', '0', '--admin-port', '0'],
      // Requests come one at a time, and one worker gets all of them.
      ...['--workers', '1', '--log-format', 'json'],
      ...(options.lane ? ['--lane', options.lane] : []),
      ...(options.flags ?? []),
    ],
    { ...(options.cwd ? { cwd: options.cwd } : {}), env: serverEnvironment(options.env) },
  );
  try {
    const { url, adminUrl } = await listening(child);
    await ready(adminUrl, child);
    return {
      name: 'penstock',
      url,
      adminUrl,
      port: Number(new URL(url).port),
      output: () => child.output(),
      stop: () => child.stop('SIGTERM', 20_000),
    };
  } catch (error) {
    // Not SIGKILL, because Penstock has workers to stop.
    await child.stop('SIGTERM');
    throw error;
  }
}

function listening(child: Child): Promise<{ url: string; adminUrl: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`penstock did not listen within ${START_TIMEOUT_MS} ms:\n${child.output()}`)),
      START_TIMEOUT_MS,
    );
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    child.process.once('exit', () =>
      settle(() => reject(new Error(`penstock exited before it listened:\n${child.output()}`))),
    );
    child.onLine((line) => {
      if (!line.startsWith('{')) return;
      const entry = parse(line);
      if (entry?.event === 'listening') {
        settle(() => resolve({ url: String(entry.url), adminUrl: String(entry.adminUrl) }));
      }
    });
  });
}

async function ready(adminUrl: string, child: Child): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(new URL('/readyz', adminUrl)).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    if (child.exited || Date.now() > deadline)
      throw new Error(`penstock did not become ready:\n${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
