import { type Profiler, Session } from 'node:inspector';

/** Which parts of `src/` have run, by V8's own coverage. Start it before the modules are loaded. */
export class Coverage {
  readonly #session = new Session();
  /** For each script, which of its characters have run. */
  readonly #covered = new Map<string, Uint8Array>();
  #size = 0;

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Number of characters of the source that have run. */
  get size(): number {
    return this.#size;
  }

  /**
   * Whether anything has run since the last call that had never run before.
   *
   * @param keeps whether it counts as known from now on
   */
  grown(keeps: boolean): boolean {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType;
    let fresh = 0;
    for (const { functions, url } of result)
      if (url.includes('/src/')) fresh += this.#add(url, functions, keeps);
    if (keeps) this.#size += fresh;
    return fresh > 0;
  }

  /** Returns how many characters are new. */
  #add(url: string, functions: readonly Profiler.FunctionCoverage[], keeps: boolean): number {
    const ranges = functions.flatMap((one) => one.ranges);
    const known = this.#map(url, Math.max(0, ...ranges.map(({ endOffset }) => endOffset)));
    const now = new Uint8Array(known.length);
    // Inner functions and blocks come after those around them.
    for (const { count, endOffset, startOffset } of ranges)
      now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    let fresh = 0;
    for (let at = 0; at < now.length; at += 1) {
      if (now[at] === 0 || known[at] === 1) continue;
      fresh += 1;
      if (keeps) known[at] = 1;
    }
    return fresh;
  }

  #map(url: string, size: number): Uint8Array {
    const known = this.#covered.get(url) ?? new Uint8Array(0);
    if (known.length >= size) return known;
    const larger = new Uint8Array(size);
    larger.set(known);
    this.#covered.set(url, larger);
    return larger;
  }

  /** The answer comes before `post` returns. */
  #post(method: string, params: object = {}): object {
    let answer: object = {};
    this.#session.post(method, params, (error, result) => {
      if (error !== null) throw error;
      answer = result ?? {};
    });
    return answer;
  }
}
