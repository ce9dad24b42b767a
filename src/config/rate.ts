/** So many in so much time, and how many may come at once. */
export interface Rate {
  /** Milliseconds for one. */
  readonly interval: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** A rate as it is written: `10/s`, `100/m burst 20`; undefined for what is none. */
export function readRate(text: string): Rate | undefined {
  const [, count, unit, burst] = /^(\d{1,9}) ?\/ ?([smh])(?: burst (\d{1,6}))?$/.exec(text.trim()) ?? [];
  const [many, most] = [Number(count), Number(burst ?? count)];
  return unit === undefined || many < 1 || most < 1
    ? undefined
    : { interval: units[unit]! / many, burst: most };
}
