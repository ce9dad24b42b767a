import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import { LogTail } from './log-tail.js';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly format: 'pretty' | 'json';
  readonly level: string;
}

/** The log line of a request. Fields that do not apply are omitted. */
export interface RequestLine {
  /** Contains no characters that JSON escapes. */
  readonly requestId: string;
  readonly method: string;
  /** Without the query, which may contain secrets. */
  readonly path: string;
  /** 0 if the client disconnected before the response. */
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly queueMs: number | undefined;
  readonly rMs: number | undefined;
  /** How long it waited for a promise in R, during which its worker ran other requests. */
  readonly openMs: number | undefined;
  readonly worker: number | undefined;
  /** Number of requests in its batch, including this one. */
  readonly batch: number | undefined;
  readonly lane: string;
  readonly code: string | undefined;
  readonly detail: string | undefined;
}

/** The gateway's log, with a faster way to write request lines. */
export interface Log {
  readonly log: Logger;
  readonly request: (line: RequestLine) => void;
  readonly tail: LogTail;
}

/** Creates the gateway's log on stdout: one JSON object per line, or readable text. Every line has an `event`. */
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
/** The last path and its JSON form, because most requests use few paths. */
let lastPath = '';
let quotedPath = '""';

/** Formats ms with three decimals. Built from integers, which is faster than formatting fractions. */
function ms(value: number): string {
  const micros = Math.round(value * 1000);
  const rest = micros % 1000;
  const whole = (micros - rest) / 1000;
  if (rest === 0) return `${whole}`;
  return rest < 10 ? `${whole}.00${rest}` : rest < 100 ? `${whole}.0${rest}` : `${whole}.${rest}`;
}

/** Same format as pino's lines. Written by hand because there is one for each request, and its fields are known. */
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
    openMs,
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
  if (openMs !== undefined) json += `,"openMs":${ms(openMs)}`;
  if (worker !== undefined) json += `,"worker":${worker}`;
  if (batch !== undefined) json += `,"batch":${batch}`;
  json += `,"lane":"${lane}"`;
  if (code !== undefined) json += `,"code":"${code}"`;
  if (detail !== undefined) json += `,"detail":${JSON.stringify(detail)}`;
  return `${json}}\n`;
}

/** Characters that are collected before a write. */
const MAX_HELD_CHARACTERS = 64 * 1024;
/** Longest time that a line waits for others, in ms. */
const MAX_HELD_MS = 20;

/** Writes lines to stdout in groups and without blocking: each write is a task for another thread. */
class LineWriter {
  readonly #out = pino.destination({ fd: 1, sync: false, maxWrite: 2 * MAX_HELD_CHARACTERS });
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
    if (this.#held.length >= MAX_HELD_CHARACTERS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), MAX_HELD_MS);
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

/** What printed a line: a worker, perhaps for a request, or the app while it is loaded. */
function printedBy({ requestId, worker }: Record<string, unknown>): string {
  if (worker === undefined) return 'app';
  return requestId === undefined ? `worker ${worker}` : `worker ${worker} ${requestId}`;
}

/** Formats a line for the readable log. */
function prettyMessage(line: Record<string, unknown>, message: string): string {
  switch (line.event) {
    case 'request': {
      const worker = line.worker === undefined ? '' : ` worker ${line.worker}`;
      const open = line.openMs === undefined ? '' : `, promise ${ms(Number(line.openMs))} ms`;
      const times =
        line.rMs === undefined
          ? ''
          : ` (waited ${ms(Number(line.queueMs))} ms, R ${ms(Number(line.rMs))} ms${open}${worker})`;
      const code = line.code === undefined ? '' : ` ${line.code}`;
      return `${line.method} ${line.path} ${line.status}${code} ${line.bytes} B${times} ${line.requestId}`;
    }
    case 'r-error':
    case 'output':
      return `[${printedBy(line)}] ${message}`;
    default:
      return message;
  }
}
