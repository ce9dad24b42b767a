import {
  countLines,
  isEmpty,
  type LogFilter,
  type LogLine,
  type LogTail,
  matching,
} from '../../observe/log-tail.js';
import type { EventStream } from './event-stream.js';

/** Lines that are sent at first. */
const FIRST = 200;
/** Milliseconds between sends, and lines of each at most: more can't be read. */
const TURN = 250;
const PER_TURN = 25;

/** Sends the lines of the log that a browser asks for. */
export function watchLog(stream: EventStream, tail: LogTail, filter: LogFilter): void {
  stream.send('lines', { lines: tail.last(filter, FIRST), omitted: 0 });
  const all = isEmpty(filter);
  let room = PER_TURN;
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
    room = PER_TURN;
    if (lines.length === 0 && omitted === 0) return;
    stream.send('lines', { lines, omitted });
    lines = [];
    omitted = 0;
  }, TURN);
  stream.onClose = () => {
    unfollow();
    clearInterval(timer);
  };
}

/** The filter that the query of an address asks for. What makes no sense is left out. */
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
