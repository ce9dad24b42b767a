/** R's default `format()` of dates and times, for the years that all platforms write alike. */

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1000, 0, 1) / DAY_MS;
const LAST_DAY = Date.UTC(9999, 11, 31) / DAY_MS;

/** Undefined outside the years 1000 to 9999. */
export function formatDay(days: number): string | undefined {
  const day = Math.floor(days);
  if (!(day >= FIRST_DAY && day <= LAST_DAY)) return undefined;
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export type TimeStyle = 'day' | 'space' | 'T' | 'TZ';

/** R rounds times this close before 1970 to second 60 of the previous minute. */
const ROUNDED_UP_FROM_S = -1e-9;

/** Seconds since 1970 in UTC, truncated; undefined outside the years 1000 to 9999, and where R rounds up. */
export function formatTime(seconds: number, style: TimeStyle): string | undefined {
  if (seconds < 0 && seconds > ROUNDED_UP_FROM_S) return undefined;
  const whole = Math.floor(seconds);
  if (!(whole >= FIRST_DAY * 86_400 && whole < (LAST_DAY + 1) * 86_400)) return undefined;
  const text = new Date(whole * 1000).toISOString();
  const day = text.slice(0, 10);
  if (style === 'day') return day;
  const time = text.slice(11, 19);
  return style === 'space' ? `${day} ${time}` : style === 'T' ? `${day}T${time}` : `${day}T${time}Z`;
}

/** Whether all times are midnights, which R writes without the time of day. */
export function allMidnight(seconds: ArrayLike<number>): boolean {
  for (let i = 0; i < seconds.length; i++) {
    const x = seconds[i] as number;
    if (Number.isFinite(x) && x % 86_400 !== 0) return false;
  }
  return true;
}
