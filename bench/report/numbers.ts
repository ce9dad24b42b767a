/** At least three significant digits, and at most two decimals. */
export function formatNumber(value: number | null): string {
  // JSON has null for NaN: a time of answers that did not come.
  if (value === null || Number.isNaN(value)) return '–';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(2);
}
