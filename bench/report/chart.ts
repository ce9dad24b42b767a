import type { Result, Row } from '../result.js';
import { formatNumber } from './numbers.js';

const width = 760;
const labelWidth = 230;
const valueWidth = 90;
const rowHeight = 26;
const barHeight = 16;
const titleHeight = 46;
const gap = 22;

/** Follows the light or dark color scheme of the viewer. */
const style = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 14px; }
    .note { fill: #59636e; font-size: 12px; }
    .bar { fill: #8c959f; }
    .ours { fill: #0969da; }
    .spread { stroke: #1f2328; stroke-width: 1.5; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .note { fill: #9198a1; }
      .bar { fill: #656c76; }
      .ours { fill: #4493f8; }
      .spread { stroke: #f0f6fc; }
    }
  `;

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function bar({ name, values }: Row, largest: number, top: number): string {
  const { median, min, max } = values[0]!;
  const scale = (value: number) => (value / largest) * (width - labelWidth - valueWidth);
  const middle = top + rowHeight / 2;
  const end = labelWidth + scale(max);
  const kind = name.startsWith('Penstock') ? 'bar ours' : 'bar';
  return [
    `<text x="${labelWidth - 10}" y="${middle + 4}" text-anchor="end">${escapeXml(name)}</text>`,
    `<rect class="${kind}" x="${labelWidth}" y="${middle - barHeight / 2}" width="${Math.max(1, scale(median)).toFixed(1)}" height="${barHeight}" rx="2"/>`,
    `<line class="spread" x1="${(labelWidth + scale(min)).toFixed(1)}" x2="${end.toFixed(1)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${(end + 8).toFixed(1)}" y="${middle + 4}">${formatNumber(median)}</text>`,
  ].join('\n  ');
}

function panel({ title, measures, rows }: Result, top: number): string {
  const { label, better } = measures[0]!;
  const largest = Math.max(...rows.map(({ values }) => values[0]!.max));
  return [
    `<text class="title" x="0" y="${top + 16}">${escapeXml(title)}</text>`,
    `<text class="note" x="0" y="${top + 34}">${escapeXml(label)}, ${better} is better</text>`,
    ...rows.map((row, index) => bar(row, largest, top + titleHeight + index * rowHeight)),
  ].join('\n  ');
}

/** A bar chart with one panel per result: medians, with a line from the lowest to the highest round. */
export function chart(results: readonly Result[]): string {
  let top = 0;
  const panels = results.map((result) => {
    const drawn = panel(result, top);
    top += titleHeight + result.rows.length * rowHeight + gap;
    return drawn;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img">`,
    `  <title>Benchmarks: ${escapeXml(results.map(({ title }) => title).join('; '))}</title>`,
    `  <style>${style}</style>`,
    ...panels.map((drawn) => `  ${drawn}`),
    '</svg>',
    '',
  ].join('\n');
}
