import {
  countLines,
  isEmpty,
  type LogFilter,
  type LogLine,
  type LogTail,
  matching,
} from '../../observe/log-tail.js';
import type { EventStream } from './event-stream.js';

/** Lines that are sent when a browser connects. */
const INITIAL_LINES = 200;
const SEND_INTERVAL_MS = 250;
/** Lines per interval. More would be unreadable, so the rest is only counted. */
const MAX_LINES_PER_INTERVAL = 25;

/** Sends the log lines that match a browser's filter. */
export function watchLog(stream: EventStream, tail: LogTail, filter: LogFilter): void {
  stream.send('lines', { lines: tail.last(filter, INITIAL_LINES), omitted: 0 });
  const all = isEmpty(filter);
  let room = MAX_LINES_PER_INTERVAL;
  let lines: LogLine[] = [];
  let omitted = 0;
  const unfollow = tail.follow((text) => {
    if (all && room === 0) {
      omitted += countLines(text);
      return;
    }
    const found = matching(text, filter, room);
    omitted += found.omitted;
    room -= found.lines.length;
    lines.push(...found.lines);
  });
  const timer = setInterval(() => {
    room = MAX_LINES_PER_INTERVAL;
    if (lines.length === 0 && omitted === 0) return;
    stream.send('lines', { lines, omitted });
    lines = [];
    omitted = 0;
  }, SEND_INTERVAL_MS);
  stream.onClose = () => {
    unfollow();
    clearInterval(timer);
  };
}

/** Reads a filter from a query string. Invalid parts are ignored. */
export function filterFrom(query: Readonly<Record<string, unknown>>): LogFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const worker = text('worker');
  return {
    request: text('request'),
    path: text('path'),
    worker: worker !== undefined && /^\d{1,9}$/.test(worker) ? Number(worker) : undefined,
    notable: text('notable') === 'true',
  };
}
