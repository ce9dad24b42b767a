import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine } from '../../scripts/setup/command-line.mjs';
import { addressOf, on } from './network.js';

const app = join(import.meta.dirname, 'app', 'plumber.R');

/** Penstock on one host. */
export class Replica {
  readonly host: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(host: number, workers: number) {
    this.host = host;
    const [program = '', ...words] = on(host);
    const serve = [
      ...[process.execPath, ...commandLine(), 'serve', app, '--host', '0.0.0.0'],
      ...['--admin-host', '0.0.0.0', '--admin-open'],
      ...['--workers', String(workers), '--drain-delay', '2s', '--no-access-log', '--log-level', 'error'],
    ];
    this.#child = spawn(program, [...words, ...serve], { stdio: ['ignore', 'inherit', 'inherit'] });
    this.#ended = once(this.#child, 'exit');
  }

  async ready(): Promise<this> {
    for (let tries = 0; tries < 1200; tries += 1) {
      const response = await fetch(`http://${addressOf(this.host)}:9000/readyz`).catch(() => undefined);
      if (response?.ok) return this;
      await sleep(100);
    }
    throw new Error(`the replica on host ${this.host} did not become ready`);
  }

  /** Stops the replica as Kubernetes stops a pod. Returns the exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    return this.#child.exitCode;
  }

  /** Simulates a power failure. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
