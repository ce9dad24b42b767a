import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly format: 'pretty' | 'json';
  readonly level: string;
}

/**
 * The gateway's log, on stdout: a JSON object per line, or text for people. Every line has an `event`; request
 * lines have the same fields always, so that they can be queried.
 */
export function createLog({ format, level }: LogOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  if (format === 'json') return pino(options, new LineWriter());
  const stream = pretty({
    colorize: process.stdout.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    hideObject: true,
    messageFormat: (line, messageKey) => prettyMessage(line, String(line[messageKey] ?? '')),
    sync: true,
  });
  return pino(options, stream);
}

/** Bytes of lines that go out at once, and milliseconds that a line waits for others at most. */
const MOST_HELD = 8 * 1024;
const HELD_FOR = 5;

/** Writes to stdout without waiting for its reader: each write is a task of another thread, so lines go together. */
class LineWriter {
  readonly #out = pino.destination({ fd: 1, sync: false, minLength: MOST_HELD });
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    process.once('exit', () => {
      if (this.#timer !== undefined) this.#out.flushSync();
    });
  }

  write(line: string): void {
    this.#out.write(line);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#out.flush();
    }, HELD_FOR);
  }

  flush(): void {
    this.#out.flush();
  }
}

/** One line for people; the object's other fields are for machines. */
function prettyMessage(line: Record<string, unknown>, message: string): string {
  switch (line.event) {
    case 'request': {
      const worker = line.worker === undefined ? '' : ` worker ${line.worker}`;
      const times = line.rMs === undefined ? '' : ` (waited ${line.queueMs} ms, R ${line.rMs} ms${worker})`;
      const code = line.code === undefined ? '' : ` ${line.code}`;
      return `${line.method} ${line.path} ${line.status}${code} ${line.bytes} B${times} ${line.requestId}`;
    }
    case 'output':
      return `[worker ${line.worker}${line.requestId === undefined ? '' : ` ${line.requestId}`}] ${message}`;
    default:
      return message;
  }
}
