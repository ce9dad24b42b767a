/** A rate limit. */
export interface Rate {
  /** Milliseconds per request. */
  readonly interval: number;
  /** Number of requests allowed at once after a pause. */
  readonly burst: number;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Parses a rate such as `10/s` or `100/m burst 20`; undefined if it is not valid. */
export function readRate(text: string): Rate | undefined {
  const [, count, unit, burst] = /^(\d{1,9}) ?\/ ?([smh])(?: burst (\d{1,6}))?$/.exec(text.trim()) ?? [];
  const [many, most] = [Number(count), Number(burst ?? count)];
  return unit === undefined || many < 1 || most < 1
    ? undefined
    : { interval: units[unit]! / many, burst: most };
}
