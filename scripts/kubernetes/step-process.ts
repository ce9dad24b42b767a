import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Seen } from './run-step.js';
import type { Step } from './steps.js';
import type { Input } from './verification.js';

/** A step that is running in a process group of its own. */
export class StepProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(step: Step, input: Input) {
    this.#child = fork(join(import.meta.dirname, 'run-step.ts'), [JSON.stringify(input), step.name], {
      execArgv: ['--import', 'tsx'],
      detached: true,
      stdio: ['ignore', process.stderr, 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
  }

  /** The process group; undefined if it could not be started. */
  get group(): number | undefined {
    return this.#child.pid;
  }

  /** What the step has seen. After the time limit, in s, or if `stopped` rejects, it is ended with all its programs. */
  async seen(limit: number, stopped: Promise<never>): Promise<Seen> {
    const over = new AbortController();
    const { signal } = over;
    const failed = (detail: string): Seen => ({ outcome: 'failed', detail });
    const late = delay(1000 * limit, failed(`not finished after ${limit} s`), { signal }).catch(() =>
      failed(''),
    );
    const sent = once(this.#child, 'message', { signal }).then(([seen]) => seen as Seen);
    sent.catch(() => {});
    const died = this.#exited.then(() => failed('its process ended'));
    try {
      return await Promise.race([sent, late, stopped, died]);
    } finally {
      over.abort();
      this.#end();
      await this.#exited;
    }
  }

  #end(): void {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}
