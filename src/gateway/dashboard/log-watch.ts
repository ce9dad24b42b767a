import { type LogFilter, type LogTail, matching } from '../../observe/log-tail.js';
import type { EventStream } from './event-stream.js';

/** Lines that are sent at first, and in a second at most: more can't be read. */
const FIRST = 200;
const PER_SECOND = 100;

/** Sends the lines of the log that a browser asks for. */
export function watchLog(stream: EventStream, tail: LogTail, filter: LogFilter): void {
  stream.send('lines', { lines: tail.last(filter, FIRST), omitted: 0 });
  let room = PER_SECOND;
  let omitted = 0;
  const unfollow = tail.follow((text) => {
    const found = matching(text, filter, room);
    omitted += found.omitted;
    room -= found.lines.length;
    if (found.lines.length > 0 && stream.send('lines', { lines: found.lines, omitted })) omitted = 0;
  });
  const timer = setInterval(() => {
    room = PER_SECOND;
    if (omitted > 0 && stream.send('lines', { lines: [], omitted })) omitted = 0;
  }, 1000);
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
