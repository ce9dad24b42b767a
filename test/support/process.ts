import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A server under test: where it listens and how to stop it. */
export interface Server {
  readonly name: string;
  readonly port: number;
  /** The output so far, for the message of a failed start. */
  output(): string;
  stop(): Promise<void>;
}

/** A child process whose output is kept. */
export class Child {
  readonly process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #listeners: ((line: string) => void)[] = [];
  exited = false;

  constructor(command: string, args: string[], options: { cwd?: string; env: NodeJS.ProcessEnv }) {
    this.process = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.once('exit', () => {
      this.exited = true;
    });
    this.process.once('error', (error) => {
      this.#lines.push(String(error));
      this.exited = true;
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (data: string) => {
        const lines = (rest + data).split('\n');
        rest = lines.pop()!;
        for (const line of lines) {
          this.#lines.push(line);
          for (const listener of this.#listeners) listener(line);
        }
      });
    }
  }

  onLine(listener: (line: string) => void): void {
    for (const line of this.#lines) listener(line);
    this.#listeners.push(listener);
  }

  output(): string {
    return this.#lines.join('\n');
  }

  /** Sends the signal, and SIGKILL after the grace period. It never signals another process ID. */
  async stop(signal: NodeJS.Signals, grace = 10_000): Promise<void> {
    if (this.exited) return;
    const gone = once(this.process, 'exit');
    this.process.kill(signal);
    const timer = setTimeout(() => this.process.kill('SIGKILL'), grace);
    await gone;
    clearTimeout(timer);
  }
}

/** A port of the loopback interface that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when the port accepts connections; fails if the child exits first. */
export async function accepting(port: number, child: Child, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await canConnect(port))) {
    if (child.exited) throw new Error(`the server exited before it listened:\n${child.output()}`);
    if (Date.now() > deadline)
      throw new Error(`no server listens on port ${port} after ${timeoutMs} ms:\n${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The environment of every server under test, so that nothing but the server differs. */
export function serverEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const libraries = [process.env.PENSTOCK_TEST_R_LIBS, process.env.R_LIBS].filter(Boolean).join(':');
  return {
    ...process.env,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    ...(libraries ? { R_LIBS: libraries } : {}),
    ...extra,
  };
}
