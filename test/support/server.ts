import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { penstockCommand } from './command.js';
import { Child, serverEnvironment } from './process.js';

/** One line of the gateway's JSON log. */
export interface LogEntry {
  readonly event: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

export interface ServeOptions {
  readonly command?: 'serve' | 'dev';
  readonly workers?: number | string;
  /** More flags of `penstock serve`. */
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Limit of open files. */
  readonly files?: number;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const apps = resolve(import.meta.dirname, '../fixtures/apps');
/** Longest wait for an expected log entry or exit. It is generous, because the machine may be busy. */
const WAIT_TIMEOUT_MS = 60_000;

const running = new Set<ServedApp>();

/** Kills the apps that are still running, because a test failed before it stopped them. */
export function killServed(): void {
  for (const app of running) app.signal('SIGKILL');
}

/** Path of one of the apps under `test/fixtures/apps`. */
export function fixtureApp(name: string): string {
  return join(apps, name);
}

/** Whether a process is running; a zombie is not. */
export function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]![0] !== 'Z';
  } catch {
    return false;
  }
}

/** `penstock serve` as a user starts it. Tests can read its log, wait for entries, and send signals. */
export class ServedApp {
  readonly #child: Child;
  readonly #entries: LogEntry[] = [];
  readonly #watchers = new Set<(entry: LogEntry) => void>();
  /** Settles when the process has exited and all its output has been read. */
  readonly ended: Promise<Ending>;
  url = '';
  adminUrl = '';

  constructor(app: string, { command = 'serve', cwd, env, files, flags = [], workers = 2 }: ServeOptions) {
    const args = [command, app, '--port', '0', '--admin-port', '0', '--workers', String(workers)];
    const limited = files === undefined ? [] : ['/bin/sh', '-c', `ulimit -n ${files}; exec "$0" "$@"`];
    const [program, ...start] = [...limited, ...penstockCommand] as [string, ...string[]];
    this.#child = new Child(program, [...start, ...args, '--log-format', 'json', ...flags], {
      ...(cwd === undefined ? {} : { cwd }),
      env: serverEnvironment(env),
    });
    this.ended = once(this.#child.process, 'close').then(([code, signal]) => ({ code, signal }) as Ending);
    running.add(this);
    void this.ended.then(() => running.delete(this));
    this.#child.onLine((line) => {
      if (!line.startsWith('{')) return;
      const entry = JSON.parse(line) as LogEntry;
      this.#entries.push(entry);
      for (const watcher of this.#watchers) watcher(entry);
    });
  }

  get pid(): number {
    return this.#child.process.pid!;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get adminPort(): number {
    return Number(new URL(this.adminUrl).port);
  }

  /** The whole output, log lines or not. */
  get output(): string {
    return this.#child.output();
  }

  /** The log entries of an event so far. */
  entries(event: string): LogEntry[] {
    return this.#entries.filter((entry) => entry.event === event);
  }

  /** Waits for the first matching log entry, past or future; skips `skip` of them. */
  logged(
    event: string,
    matches: (entry: LogEntry) => boolean = () => true,
    { skip = 0, timeout = WAIT_TIMEOUT_MS } = {},
  ): Promise<LogEntry> {
    let left = skip;
    const wanted = (entry: LogEntry): boolean => entry.event === event && matches(entry) && left-- === 0;
    const past = this.#entries.find(wanted);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        act();
      };
      const watcher = (entry: LogEntry): void => {
        if (wanted(entry)) settle(() => resolve(entry));
      };
      const fail = (why: string) => (): void =>
        settle(() => reject(new Error(`${why} without logging "${event}":\n${this.output.slice(-4000)}`)));
      const timer = setTimeout(fail(`${timeout} ms passed`), timeout);
      this.#watchers.add(watcher);
      void this.ended.then(fail('penstock exited'));
    });
  }

  /** Waits for the log entry of a request, by its ID. */
  request(id: string): Promise<LogEntry> {
    return this.logged('request', (entry) => entry.requestId === id);
  }

  /** Waits until a handler has printed the text, so the handler is running. */
  printed(text: string, options: { skip?: number; timeout?: number } = {}): Promise<LogEntry> {
    return this.logged('output', (entry) => entry.msg === text, options);
  }

  /** Gets JSON from the admin server. */
  async admin<T = Record<string, unknown>>(path: string): Promise<T> {
    const response = await fetch(new URL(path, this.adminUrl));
    return (await response.json()) as T;
  }

  /** Resolves once Penstock listens and `workers` workers are ready. */
  async serving(workers: number): Promise<this> {
    const listening = await this.logged('listening');
    this.url = String(listening.url);
    this.adminUrl = String(listening.adminUrl);
    if (workers > 0) await this.logged('worker-ready', () => true, { skip: workers - 1 });
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.process.kill(signal);
  }

  /** Stops Penstock as an operator does. */
  async stop(): Promise<Ending> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), WAIT_TIMEOUT_MS);
    const ending = await this.ended;
    clearTimeout(timer);
    return ending;
  }
}

/** Starts the command line on an app and waits until all of its workers are ready. */
export async function serve(app: string, options: ServeOptions = {}): Promise<ServedApp> {
  const served = new ServedApp(app, options);
  try {
    return await served.serving(Number.parseInt(String(options.workers ?? 2), 10));
  } catch (error) {
    served.signal('SIGKILL');
    throw error;
  }
}

/** Runs a command of the command line until it exits. */
export async function runCli(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ending & { stdout: string; stderr: string }> {
  const [program, ...start] = penstockCommand;
  const child = new Child(program, [...start, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: serverEnvironment(options.env),
  });
  const texts = { stdout: '', stderr: '' };
  child.process.stdout!.on('data', (text: string) => {
    texts.stdout += text;
  });
  child.process.stderr!.on('data', (text: string) => {
    texts.stderr += text;
  });
  const [code, signal] = (await once(child.process, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...texts };
}
