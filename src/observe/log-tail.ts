/** What log lines are looked for; all that is given has to hold. */
export interface LogFilter {
  /** Part of a request's id. */
  readonly request: string | undefined;
  readonly worker: number | undefined;
  /** Part of a request's path. */
  readonly path: string | undefined;
  /** Leaves out the lines of requests that went well. */
  readonly notable: boolean;
}

/** A line of the log, as it is written. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Characters of text that are kept. */
const MOST_KEPT = 1024 * 1024;

/**
 * The end of the log. It gets the texts that are written, each of one or more lines of JSON, and looks into them only
 * when somebody asks: a line that nobody looks at costs nothing.
 */
export class LogTail {
  #texts: string[] = [];
  #size = 0;
  readonly #followers = new Set<(text: string) => void>();

  add(text: string): void {
    this.#texts.push(text);
    this.#size += text.length;
    while (this.#size > MOST_KEPT && this.#texts.length > 1) this.#size -= this.#texts.shift()!.length;
    for (const follower of this.#followers) follower(text);
  }

  /** The last lines that match, oldest first. */
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

  /** Calls for each further text; gives what ends that. */
  follow(follower: (text: string) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

/** The last lines of a text that match, and how many more do. */
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

/** How many lines a text has. */
export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Whether it lets everything through. */
export function isEmpty({ notable, path, request, worker }: LogFilter): boolean {
  return !notable && path === undefined && request === undefined && worker === undefined;
}

/** A look at the text, which spares parsing most of those that do not match. */
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
