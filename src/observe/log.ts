import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import { LogTail } from './log-tail.js';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly format: 'pretty' | 'json';
  readonly level: string;
}

/** A request's line. All of it is there always, so that it can be queried; what does not apply is left out. */
export interface RequestLine {
  /** Of characters that need no escape. */
  readonly requestId: string;
  readonly method: string;
  /** Without the query, which may hold what no log should. */
  readonly path: string;
  /** 0 when the client left before there was an answer. */
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly queueMs: number | undefined;
  readonly rMs: number | undefined;
  readonly worker: number | undefined;
  /** Requests that were computed in one call with it, itself included. */
  readonly batch: number | undefined;
  readonly lane: string;
  readonly code: string | undefined;
  readonly detail: string | undefined;
}

/** The log of the gateway, and the way of a request's line into it. */
export interface Log {
  readonly log: Logger;
  readonly request: (line: RequestLine) => void;
  readonly tail: LogTail;
}

/** The gateway's log, on stdout: a JSON object per line, or text for people. Every line has an `event`. */
export function createLog({ format, level }: LogOptions): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const tail = new LogTail();
  if (format === 'json') {
    const writer = new LineWriter(tail);
    const log = pino(options, writer);
    return { log, tail, request: (line) => log.isLevelEnabled('info') && writer.write(requestJson(line)) };
  }
  const stream = pretty({
    colorize: process.stdout.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    hideObject: true,
    messageFormat: (line, messageKey) => prettyMessage(line, String(line[messageKey] ?? '')),
    sync: true,
  });
  const log = pino(options, {
    write: (line: string) => {
      tail.add(line);
      stream.write(line);
    },
  });
  return { log, tail, request: (line) => log.info({ event: 'request', ...line }) };
}

let stampedAt = 0;
let stamp = '';
/** The path written last, and how: most requests ask for few paths. */
let lastPath = '';
let quotedPath = '""';

/** Milliseconds to the microsecond. Made of whole numbers, which are written faster than fractions. */
function ms(value: number): string {
  const micros = Math.round(value * 1000);
  const rest = micros % 1000;
  const whole = (micros - rest) / 1000;
  if (rest === 0) return `${whole}`;
  return rest < 10 ? `${whole}.00${rest}` : rest < 100 ? `${whole}.0${rest}` : `${whole}.${rest}`;
}

/** Written by hand, in the form of all other lines: there are as many as requests, and the fields are known. */
function requestJson(line: RequestLine): string {
  const now = Date.now();
  if (now !== stampedAt) {
    stampedAt = now;
    stamp = new Date(now).toISOString();
  }
  const {
    batch,
    bytes,
    code,
    detail,
    durationMs,
    lane,
    method,
    path,
    queueMs,
    requestId,
    rMs,
    status,
    worker,
  } = line;
  if (path !== lastPath) {
    lastPath = path;
    quotedPath = JSON.stringify(path);
  }
  let json =
    `{"level":"info","time":"${stamp}","event":"request","requestId":"${requestId}","method":"${method}",` +
    `"path":${quotedPath},"status":${status},"bytes":${bytes},"durationMs":${ms(durationMs)}`;
  if (queueMs !== undefined) json += `,"queueMs":${ms(queueMs)}`;
  if (rMs !== undefined) json += `,"rMs":${ms(rMs)}`;
  if (worker !== undefined) json += `,"worker":${worker}`;
  if (batch !== undefined) json += `,"batch":${batch}`;
  json += `,"lane":"${lane}"`;
  if (code !== undefined) json += `,"code":"${code}"`;
  if (detail !== undefined) json += `,"detail":${JSON.stringify(detail)}`;
  return `${json}}\n`;
}

/** Characters of lines that go out at once, and milliseconds that a line waits for others at most. */
const MOST_HELD = 64 * 1024;
const HELD_FOR = 20;

/** Writes to stdout without waiting for its reader: each write is a task of another thread, so lines go together. */
class LineWriter {
  readonly #out = pino.destination({ fd: 1, sync: false, maxWrite: 2 * MOST_HELD });
  readonly #tail: LogTail;
  #held = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(tail: LogTail) {
    this.#tail = tail;
    process.once('exit', () => {
      this.flush();
      this.#out.flushSync();
    });
  }

  write(line: string): void {
    this.#held += line;
    if (this.#held.length >= MOST_HELD) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), HELD_FOR);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held === '') return;
    this.#out.write(this.#held);
    this.#tail.add(this.#held);
    this.#held = '';
  }
}

/** One line for people; the object's other fields are for machines. */
function prettyMessage(line: Record<string, unknown>, message: string): string {
  switch (line.event) {
    case 'request': {
      const worker = line.worker === undefined ? '' : ` worker ${line.worker}`;
      const times =
        line.rMs === undefined
          ? ''
          : ` (waited ${ms(Number(line.queueMs))} ms, R ${ms(Number(line.rMs))} ms${worker})`;
      const code = line.code === undefined ? '' : ` ${line.code}`;
      return `${line.method} ${line.path} ${line.status}${code} ${line.bytes} B${times} ${line.requestId}`;
    }
    case 'r-error':
    case 'output':
      return `[worker ${line.worker}${line.requestId === undefined ? '' : ` ${line.requestId}`}] ${message}`;
    default:
      return message;
  }
}
