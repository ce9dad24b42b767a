import type { Result, Row } from '../result.js';
import type { Spread } from '../statistics.js';
import { formatNumber } from './numbers.js';

const spread = ({ median, min, max }: Spread) =>
  `${formatNumber(median)} (${formatNumber(min)}–${formatNumber(max)})`;

/** The best row of plumber: the delay with keep-alive is not caused by R. */
function bestPlumber({ rows, measures }: Result): number | undefined {
  const own = rows.filter(({ name }) => /^plumber\b/.test(name)).map(({ values }) => values[0]!.median);
  if (own.length === 0) return undefined;
  return measures[0]!.better === 'higher' ? Math.max(...own) : Math.min(...own);
}

function comparison(row: Row, plumber: number, better: 'higher' | 'lower'): string {
  const { median } = row.values[0]!;
  return `${formatNumber(better === 'higher' ? median / plumber : plumber / median)} ×`;
}

/** A Markdown table: medians over the rounds, with the lowest and the highest round. */
export function table(result: Result): string {
  const plumber = bestPlumber(result);
  const head = ['', ...result.measures.map(({ label }) => label), 'failed'];
  if (plumber !== undefined) head.push('against plumber');
  const rows = result.rows.map((row) => {
    const cells = [row.name, ...row.values.map(spread), String(row.failed)];
    return plumber === undefined ? cells : [...cells, comparison(row, plumber, result.measures[0]!.better)];
  });
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
