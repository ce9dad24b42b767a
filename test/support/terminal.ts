import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A shell command in a terminal. */
export interface Terminal {
  /** What the terminal has shown so far. */
  shown(): string;
  type(text: string): void;
  close(): void;
  readonly closed: Promise<unknown>;
}

/** Runs a shell command in a terminal, which `script` of util-linux makes. */
export function inTerminal(command: string, env = process.env): Terminal {
  const terminal = spawn('script', ['-qfec', command, '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let shown = '';
  terminal.stdout.on('data', (text: Buffer) => {
    shown += String(text);
  });
  return {
    shown: () => shown,
    type: (text) => void terminal.stdin.write(text),
    close: () => void terminal.kill('SIGKILL'),
    closed: once(terminal, 'exit'),
  };
}
