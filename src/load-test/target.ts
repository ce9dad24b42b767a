import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findApp } from '../app/find-app.js';
import { PenstockError } from '../errors.js';
import { ownCommand } from '../installation.js';

/** A server to measure: a running one, or an app that is served for the test. */
export interface Target {
  readonly name: string;
  /** The server's base URL, ending in a slash if it is an app. */
  readonly url: string;
  /** Whether it is an app that was started for the test: only then its specification is read. */
  readonly served: boolean;
  stop(): Promise<void>;
}

/**
 * Returns a URL as it is, or starts `penstock serve` for an app.
 *
 * @param flags flags of `penstock serve`, for an app
 */
export async function openTarget(given: string, flags: readonly string[]): Promise<Target> {
  if (/^https?:\/\//i.test(given)) {
    if (!URL.canParse(given)) throw new PenstockError('usage', `${given} is not a valid URL.`);
    return { name: given, url: given, served: false, stop: async () => {} };
  }
  findApp(given); // fails early, with a clear message
  const [program, ...start] = ownCommand();
  const child = spawn(
    program,
    [
      ...start,
      'serve',
      given,
      '--port',
      '0',
      '--admin-port',
      '0',
      '--log-format',
      'json',
      '--no-access-log',
      ...flags,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { url, workers } = await listening(child, given);
  await allReady(child, workers);
  child.stdout!.resume();
  const name = `${given} (${workers} ${workers === 1 ? 'worker' : 'workers'})`;
  return { name, url: `${url}/`, served: true, stop: () => stop(child) };
}

interface Listening {
  readonly url: string;
  readonly workers: number;
}

/** Reads the server's log until it is listening. */
function listening(child: ChildProcess, given: string): Promise<Listening> {
  return new Promise((resolve, reject) => {
    let last = '';
    lines(child, (line) => {
      last = String(line.msg ?? last);
      if (line.event !== 'listening') return false;
      resolve({ url: String(line.url), workers: (line.workers as { min: number }).min });
      return true;
    });
    child.once('exit', () => reject(new PenstockError('app_load_failed', `${given}: ${last}`)));
  });
}

/** Waits for all workers. The server listens when the first one is ready. */
async function allReady(child: ChildProcess, workers: number): Promise<void> {
  let left = workers - 1;
  if (left <= 0) return;
  await new Promise<void>((resolve) => {
    lines(child, (line) => {
      if (line.event === 'worker-ready') left -= 1;
      if (left > 0) return false;
      resolve();
      return true;
    });
    child.once('exit', () => resolve());
  });
}

/** @param hear called for each log line until it returns true */
function lines(child: ChildProcess, hear: (line: Record<string, unknown>) => boolean): void {
  let rest = '';
  const read = (chunk: Buffer): void => {
    const all = (rest + chunk.toString()).split('\n');
    rest = all.pop()!;
    for (const text of all) {
      if (!text.startsWith('{') || !hear(JSON.parse(text))) continue;
      child.stdout!.off('data', read);
      return;
    }
  };
  child.stdout!.on('data', read);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
