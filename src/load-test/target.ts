import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findApp } from '../app/find-app.js';
import { PenstockError } from '../errors.js';
import { installed } from '../installation.js';

/** What is measured: somewhere, or an app that is served only for that. */
export interface Target {
  readonly name: string;
  /** Of the server, with a slash at its end. */
  readonly url: string;
  /** It is an app of ours, whose specification can be trusted to say what to ask. */
  readonly served: boolean;
  stop(): Promise<void>;
}

const cli = installed('dist/cli.js');

/**
 * An address as it is, or `penstock serve` of an app.
 *
 * @param flags of `penstock serve`, for an app
 */
export async function openTarget(given: string, flags: readonly string[]): Promise<Target> {
  if (/^https?:\/\//i.test(given)) {
    if (!URL.canParse(given)) throw new PenstockError('usage', `${given} is no valid address.`);
    return { name: given, url: given, served: false, stop: async () => {} };
  }
  findApp(given); // fails at once, and says why
  const child = spawn(
    process.execPath,
    [
      cli,
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

/** Reads the log of the server until it serves. */
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

/** One worker is enough to serve, and would be measured alone. */
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

/** @param hear is told of each line, until it is done */
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
