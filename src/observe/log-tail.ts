/** A filter for log lines. All given conditions must match. */
export interface LogFilter {
  /** Part of the request id. */
  readonly request: string | undefined;
  readonly worker: number | undefined;
  /** Part of the request path. */
  readonly path: string | undefined;
  /** Omits the lines of successful requests. */
  readonly notable: boolean;
}

/** A parsed log line. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Characters of log text to keep. */
const MAX_CHARACTERS = 1024 * 1024;

/**
 * The most recent part of the log. It stores the text as written, one or more lines of JSON at a time, and parses it
 * only when someone reads it.
 */
export class LogTail {
  #texts: string[] = [];
  #size = 0;
  readonly #followers = new Set<(text: string) => void>();

  add(text: string): void {
    this.#texts.push(text);
    this.#size += text.length;
    while (this.#size > MAX_CHARACTERS && this.#texts.length > 1) this.#size -= this.#texts.shift()!.length;
    for (const follower of this.#followers) follower(text);
  }

  /** The most recent matching lines, oldest first. */
  last(filter: LogFilter, most: number): LogLine[] {
    const found: LogLine[][] = [];
    let left = most;
    for (let i = this.#texts.length - 1; i >= 0 && left > 0; i--) {
      const lines = matching(this.#texts[i]!, filter, left).lines;
      found.push(lines);
      left -= lines.length;
    }
    return found.reverse().flat();
  }

  /** Calls `follower` with each new text. Returns a function that stops it. */
  follow(follower: (text: string) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

/** The last matching lines of a text, and the number of further matches. */
export function matching(
  text: string,
  filter: LogFilter,
  most: number,
): { lines: LogLine[]; omitted: number } {
  const lines: LogLine[] = [];
  let omitted = 0;
  const texts = text.split('\n');
  for (let i = texts.length - 1; i >= 0; i--) {
    const one = texts[i]!;
    if (one === '' || !mayMatch(one, filter)) continue;
    if (lines.length === most && isEmpty(filter)) {
      omitted += 1;
      continue;
    }
    const line = parsed(one);
    if (line === undefined || !matches(line, filter)) continue;
    if (lines.length === most) omitted += 1;
    else lines.push(line);
  }
  return { lines: lines.reverse(), omitted };
}

export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Whether the filter matches every line. */
export function isEmpty({ notable, path, request, worker }: LogFilter): boolean {
  return !notable && path === undefined && request === undefined && worker === undefined;
}

/** A quick check of the text, so that most lines that do not match are never parsed. */
function mayMatch(text: string, { path, request, worker }: LogFilter): boolean {
  if (request !== undefined && !text.includes(request)) return false;
  if (worker !== undefined && !text.includes(`"worker":${worker}`)) return false;
  return path === undefined || text.includes('"path"');
}

function matches(line: LogLine, { notable, path, request, worker }: LogFilter): boolean {
  if (request !== undefined && !String(line.requestId ?? '').includes(request)) return false;
  if (worker !== undefined && line.worker !== worker) return false;
  if (path !== undefined && !String(line.path ?? '').includes(path)) return false;
  return !notable || line.event !== 'request' || Number(line.status) >= 400 || line.code !== undefined;
}

function parsed(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
