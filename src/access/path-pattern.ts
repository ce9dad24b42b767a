import { decoded } from '../lanes/plain-path.js';

/** How many of the paths of a route match: all, some, or none. */
export type Coverage = 'all' | 'some' | 'none';

/**
 * The path of a rule. `/a/*` matches /a and everything under it. Elsewhere, `*` matches any one segment, and `<name>`
 * any text within a segment. A slash at the end makes no difference.
 */
export class PathPattern {
  readonly #segments: readonly Segment[];
  /** Matches everything under the path, too. */
  readonly #under: boolean;
  readonly #expression: RegExp;
  readonly #decoded: RegExp;
  /** Whether the pattern differs when it is decoded. */
  readonly isEncoded: boolean;

  constructor(pattern: string) {
    const parts = segmentsOf(pattern);
    this.#under = parts.at(-1) === '*';
    const own = this.#under ? parts.slice(0, -1) : parts;
    this.#segments = own.map(segment);
    this.isEncoded = pattern.includes('%');
    this.#expression = expressionOf(own, this.#under);
    this.#decoded = this.isEncoded ? expressionOf(own.map(decoded), this.#under) : this.#expression;
  }

  matches(path: string): boolean {
    return this.#expression.test(path);
  }

  /** Whether it matches a path that is decoded. */
  matchesPlain(path: string): boolean {
    return this.#decoded.test(path);
  }

  /** Which paths of a route it matches. In the route's path, `<name>` stands for any text, and a final `*` for any path. */
  covers(route: string): Coverage {
    const parts = segmentsOf(route);
    const open = parts.at(-1) === '*';
    const own = open ? parts.slice(0, -1) : parts;
    let coverage: Coverage = 'all';
    for (const [i, { expression, fixed }] of this.#segments.entries()) {
      const part = own[i];
      if (part === undefined) return open ? 'some' : 'none';
      if (expression.test(part) && !(fixed && part.includes('<'))) continue;
      if (!part.includes('<')) return 'none';
      coverage = 'some';
    }
    if (this.#under) return coverage;
    if (own.length > this.#segments.length) return 'none';
    return open ? 'some' : coverage;
  }
}

interface Segment {
  readonly expression: RegExp;
  /** It matches only one text. */
  readonly fixed: boolean;
}

function segment(text: string): Segment {
  return { expression: new RegExp(`^${sourceOf(text)}$`), fixed: text !== '*' && !text.includes('<') };
}

function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/').slice(1);
}

function expressionOf(segments: readonly string[], under: boolean): RegExp {
  const source = segments.map((part) => `/${sourceOf(part)}`).join('');
  if (segments.length === 0 && under) return /^/;
  return new RegExp(`^${source}${under ? '(/.*)?' : '/?'}$`, 's');
}

function sourceOf(segmentText: string): string {
  if (segmentText === '*') return '[^/]+';
  return segmentText
    .split(/<[^>]*>/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]+');
}
