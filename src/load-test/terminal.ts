import { bytesText, rateText, shares, timeText } from './format.js';
import type { LoadProgress } from './load.js';
import { ratios, type Summary } from './summary.js';

const WIDTH = 44;
const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The results of one target, with a bar chart of its latencies. */
export function describeSummary(summary: Summary): string {
  const { bytesPerSecond, failed, faults, latency, name, rate, rates, statuses, unsent } = summary;
  const span =
    rates.length === 1
      ? ''
      : ` (${rateText(Math.min(...rates))} to ${rateText(Math.max(...rates))} in ${rates.length} rounds)`;
  const lines = [
    name,
    `  ${rateText(rate)} requests/s${span}, ${bytesText(bytesPerSecond)}/s, ${latency.count.toLocaleString('en')} responses`,
    `  ${shares.map(([label, share]) => `${label} ${timeText(latency.quantile(share))}`).join('   ')}`,
  ];
  if (failed > 0) {
    const kinds = [...[...statuses].filter(([status]) => status >= 400), ...faults];
    lines.push(
      `  failed: ${kinds.map(([kind, count]) => `${count.toLocaleString('en')} × ${kind}`).join(', ')}`,
    );
  }
  if (unsent > 0)
    lines.push(`  ${unsent.toLocaleString('en')} requests were due but not sent: all connections were busy`);
  return `${lines.join('\n')}\n\n${bars(summary)}`;
}

function bars({ latency }: Summary): string {
  const classes = latency.classes(18);
  const most = Math.max(...classes.map(({ count }) => count));
  return classes
    .map(({ count, to }) => {
      const label = `≤ ${timeText(to)}`.padStart(12);
      const share = `${((count / latency.count) * 100).toFixed(1)} %`.padStart(7);
      return `  ${label} ${share} ${bar(count / most)}\n`;
    })
    .join('');
}

function bar(share: number): string {
  const eighths = Math.round(share * WIDTH * 8);
  return '█'.repeat(eighths >> 3) + BLOCKS[eighths & 7]!;
}

export function describeComparison(first: Summary, second: Summary): string {
  const { least, median, most } = ratios(first, second);
  const times = (value: number): string => `${value.toFixed(2)} ×`;
  const p99 = first.latency.quantile(0.99) / Math.max(0.001, second.latency.quantile(0.99));
  return (
    `${second.name}\n  has ${times(median)} the rate (${times(least)} to ${times(most)}, round by round) and ` +
    `${times(1 / p99)} the 99th percentile of\n${first.name}\n`
  );
}

/** The progress line of a running round. */
export function describeProgress(
  label: string,
  { answers, latency, seconds }: LoadProgress,
  duration: number,
): string {
  const share = Math.min(1, (seconds * 1000) / duration);
  const filled = Math.round(share * 20);
  const rate = seconds > 0 ? answers / seconds : 0;
  return `${label} [${'█'.repeat(filled)}${'░'.repeat(20 - filled)}] ${rateText(rate)}/s, 99 % ${timeText(latency.quantile(0.99))}`;
}
