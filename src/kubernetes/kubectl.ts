import { spawn } from 'node:child_process';
import { PenstockError } from '../errors.js';

export interface KubectlOptions {
  readonly program: string;
  readonly context?: string | undefined;
  /** By default, the namespace of the context. */
  readonly namespace?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

export interface Outcome {
  readonly ok: boolean;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of kubectl that is still running. */
export interface RunningKubectl {
  /** Resolves when its output matches. Rejects if it ends before. */
  printed(pattern: RegExp): Promise<void>;
  end(): void;
}

/** Runs the user's kubectl, with the user's credentials, plugins and contexts. */
export class Kubectl {
  readonly #program: string;
  readonly #flags: readonly string[];

  constructor({ context, kubeconfig, namespace, program }: KubectlOptions) {
    this.#program = program;
    this.#flags = [
      ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
      ...(context === undefined ? [] : ['--context', context]),
      ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ];
  }

  /** Resolves also if kubectl fails. */
  run(args: readonly string[], input?: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#program, [...this.#flags, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.on('error', (error) => reject(notFound(this.#program, error)));
      child.on('close', (code) => resolve({ ok: code === 0, code, stdout, stderr }));
      // kubectl may exit without reading its input. Its output contains the reason.
      child.stdin.on('error', () => {});
      child.stdin.end(input ?? '');
    });
  }

  /** Returns the standard output. If kubectl fails, throws its error message. */
  async must(args: readonly string[], input?: string): Promise<string> {
    const { ok, stderr, stdout } = await this.run(args, input);
    if (!ok) throw new PenstockError('cluster_refused', stderr.trim());
    return stdout;
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.must([...args, '--output', 'json'])) as T;
  }

  /** Returns undefined if the object does not exist. */
  async find<T>(kind: string, name: string, more: readonly string[] = []): Promise<T | undefined> {
    const text = await this.must(['get', kind, name, '--ignore-not-found', '--output', 'json', ...more]);
    return text.trim() === '' ? undefined : (JSON.parse(text) as T);
  }

  /** Starts a command that runs until it is ended. */
  start(args: readonly string[]): RunningKubectl {
    const child = spawn(this.#program, [...this.#flags, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<never>((_resolve, reject) => {
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.on('error', (error) => reject(notFound(this.#program, error)));
      child.on('close', () => reject(new PenstockError('cluster_refused', stderr.trim())));
    });
    ended.catch(() => {});
    const printed = (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        let stdout = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          stdout += text;
          if (pattern.test(stdout)) resolve();
        });
      });
    return {
      printed: (pattern) => Promise.race([printed(pattern), ended]),
      end: () => void child.kill(),
    };
  }

  /** Connects kubectl to the terminal, and returns its exit code. */
  show(args: readonly string[]): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#program, [...this.#flags, ...args], { stdio: 'inherit' });
      child.on('error', (error) => reject(notFound(this.#program, error)));
      child.on('close', (code) => resolve(code ?? 1));
    });
  }
}

function notFound(program: string, error: Error): PenstockError {
  return new PenstockError('kubectl_not_found', `${program}: ${error.message}.`);
}
