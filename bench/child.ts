import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const graceMs = 10_000;

/** All running children, so that the benchmark can always stop them. */
const running = new Set<Child>();

/** A measured server. Its output goes to a file, because this process would have to read a pipe while measuring. */
export class Child {
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
  readonly #log = join(this.#folder, 'log');
  readonly #name: string;

  /** @param argsIn returns the arguments, given a folder for files that is deleted when the server stops */
  constructor(
    name: string,
    command: string,
    argsIn: (folder: string) => readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ) {
    this.#name = name;
    const log = openSync(this.#log, 'w');
    this.#process = spawn(command, argsIn(this.#folder), {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...environment },
    });
    closeSync(log);
    running.add(this);
    this.#process.on('error', () => {}); // `until` reports it
    this.#process.once('exit', () => running.delete(this));
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get #ended(): boolean {
    return (
      this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null
    );
  }

  /** Retries `ready` until it succeeds. */
  async until(ready: () => Promise<unknown>, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (this.#ended) throw new Error(`${this.#name} exited during startup:\n${this.#output()}`);
      try {
        await ready();
        return;
      } catch (error) {
        if (Date.now() > deadline)
          throw new Error(`${this.#name} did not become ready: ${error}\n${this.#output()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #output(): string {
    return readFileSync(this.#log, 'utf8');
  }

  async stop(): Promise<void> {
    if (!this.#ended) {
      const exit = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
      await exit;
      clearTimeout(timer);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function stopAllChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}
