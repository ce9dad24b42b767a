/** Number formats of the load test, in the terminal and in the report. */

export function rateText(rate: number): string {
  if (rate === 0) return '0';
  if (rate >= 100) return Math.round(rate).toLocaleString('en');
  return rate.toFixed(rate >= 10 ? 1 : 2);
}

export function timeText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  if (ms >= 10) return `${ms.toFixed(1)} ms`;
  return `${ms.toFixed(2)} ms`;
}

export function bytesText(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e3).toFixed(1)} kB`;
}

/** The percentiles that are shown. */
export const shares: readonly (readonly [label: string, share: number])[] = [
  ['50 %', 0.5],
  ['90 %', 0.9],
  ['99 %', 0.99],
  ['99.9 %', 0.999],
  ['max', 1],
];
