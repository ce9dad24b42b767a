import pino, { type Logger } from 'pino';
import { LogOutput } from './log-output.js';
import { LogTail } from './log-tail.js';
import { readable } from './readable.js';

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
  /** Of a stream: the time to its first element, the number of elements, and how it ended. */
  readonly firstMs: number | undefined;
  readonly elements: number | undefined;
  readonly ending: string | undefined;
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
  readonly output: LogOutput;
  /** Writes the last lines before the process ends. */
  readonly end: () => Promise<void>;
}

/** Creates the gateway's log on stdout: one JSON object per line, or readable text. Every line has an `event`. */
export async function createLog({ format, level }: LogOptions): Promise<Log> {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const tail = new LogTail();
  const output = new LogOutput((lines, reason) =>
    log.warn({ event: 'log-lines-lost', lines, reason }, `${lines} lines of the log were lost: ${reason}`),
  );
  const writer = new LineWriter((lines) => {
    output.write(lines);
    tail.add(lines);
  });
  process.once('exit', () => output.writeNow(writer.take()));
  const log = pino(options, format === 'json' ? writer : await prettyWriter(tail, output));
  return {
    log,
    tail,
    output,
    request:
      format === 'json'
        ? (line) => log.isLevelEnabled('info') && writer.write(requestJson(line))
        : (line) => log.info({ event: 'request', ...line }),
    end: () => {
      writer.flush();
      return output.end();
    },
  };
}

/** Writes readable text. */
async function prettyWriter(tail: LogTail, output: LogOutput): Promise<pino.DestinationStream> {
  const { default: pinoPretty } = await import('pino-pretty');
  const pretty = pinoPretty.prettyFactory({
    colorize: process.stdout.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    hideObject: true,
    messageFormat: (line, messageKey) => readable(prettyMessage(line, String(line[messageKey] ?? ''))),
  });
  return {
    write: (line: string) => {
      tail.add(line);
      output.write(pretty(line));
    },
  };
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
    elements,
    ending,
    firstMs,
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
  if (firstMs !== undefined) json += `,"firstMs":${ms(firstMs)}`;
  if (elements !== undefined) json += `,"elements":${elements},"ending":"${ending}"`;
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

/** Collects lines into groups, which are cheaper to write. */
class LineWriter {
  readonly #deliver: (lines: string) => void;
  #held = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(deliver: (lines: string) => void) {
    this.#deliver = deliver;
  }

  write(line: string): void {
    this.#held += line;
    if (this.#held.length >= MAX_HELD_CHARACTERS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), MAX_HELD_MS);
  }

  flush(): void {
    const lines = this.take();
    if (lines !== '') this.#deliver(lines);
  }

  /** Removes the lines that were not delivered yet. */
  take(): string {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#held;
    this.#held = '';
    return lines;
  }
}

/** What printed a line: a worker, perhaps for a request, or the app while it is loaded. */
function printedBy({ requestId, worker }: Record<string, unknown>): string {
  if (worker === undefined) return 'app';
  return requestId === undefined ? `worker ${worker}` : `worker ${worker} ${requestId}`;
}

/** What the time is for during which R could run other requests. */
function openTime({ elements, ending }: Record<string, unknown>): string {
  return elements === undefined ? 'promise' : `${ending} stream of ${elements} elements`;
}

/** Formats a line for the readable log. */
function prettyMessage(line: Record<string, unknown>, message: string): string {
  switch (line.event) {
    case 'request': {
      const worker = line.worker === undefined ? '' : ` worker ${line.worker}`;
      const open = line.openMs === undefined ? '' : `, ${openTime(line)} ${ms(Number(line.openMs))} ms`;
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
