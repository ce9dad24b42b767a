/**
 * A quantile of the values in a histogram, or NaN if it is empty. Values are assumed to be spread evenly within a
 * bucket, as in Prometheus' `histogram_quantile`.
 *
 * @param counts values per bucket, one more than there are bounds
 * @param share  0.99 for the 99th percentile
 */
export function quantile(
  bounds: readonly number[],
  counts: Readonly<ArrayLike<number>>,
  share: number,
): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  if (total === 0) return Number.NaN;
  const rank = share * total;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = counts[i]!;
    if (count > 0 && below + count >= rank) {
      const from = i === 0 ? 0 : bounds[i - 1]!;
      return from + (bounds[i]! - from) * ((rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1)!;
}
