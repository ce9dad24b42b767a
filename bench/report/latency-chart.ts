import type { Curve, Result } from '../result.js';
import { formatNumber } from './numbers.js';

const panelWidth = 340;
const panelHeight = 220;
const left = 52;
const bottom = 30;
const top = 34;
const gap = 30;
/** Space on the left for the longest label, 10,000 ms. */
const margin = 18;

/** Follows the light or dark color scheme of the viewer. */
const style = `
    text { font: 12px system-ui, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 14px; }
    .note { fill: #59636e; }
    .grid { stroke: #d1d9e0; }
    path { fill: none; stroke-width: 2; }
    .c0 { stroke: #8c959f; } .c1 { stroke: #59636e; stroke-dasharray: 5 3; } .c2 { stroke: #0969da; } .c3 { stroke: #1a7f37; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .note { fill: #9198a1; }
      .grid { stroke: #3d444d; }
      .c0 { stroke: #656c76; } .c1 { stroke: #9198a1; } .c2 { stroke: #4493f8; } .c3 { stroke: #3fb950; }
    }
  `;

const colours = ['plumber, keep-alive', 'plumber, no', 'Penstock', 'bare'];

const colour = (name: string) =>
  `c${Math.max(
    0,
    colours.findIndex((start) => name.startsWith(start)),
  )}`;

interface Scale {
  x(percentile: number): number;
  y(ms: number): number;
}

/** Logarithmic in the share of slower answers: 90 %, 99 % and 99.9 % are equally spaced. */
const place = (percentile: number) => Math.log10(100 / (100 - percentile));

function scaleOf(curves: readonly Curve[]): Scale & { readonly decades: readonly number[] } {
  const all = curves.flatMap(({ points }) => points);
  const low = Math.floor(Math.log10(Math.min(...all.map(({ ms }) => ms))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all.map(({ ms }) => ms)))));
  const [first, last] = [place(50), place(99.9)];
  return {
    x: (percentile) => left + ((place(percentile) - first) / (last - first)) * (panelWidth - left),
    y: (ms) => panelHeight - bottom - ((Math.log10(ms) - low) / (high - low)) * (panelHeight - bottom - top),
    decades: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  };
}

function panel(connections: number, curves: readonly Curve[], scale: ReturnType<typeof scaleOf>): string[] {
  const title = `${connections} ${connections === 1 ? 'connection' : 'connections'}`;
  return [
    `<text class="title" x="0" y="16">${title}</text>`,
    ...scale.decades.flatMap((ms) => [
      `<line class="grid" x1="${left}" x2="${panelWidth}" y1="${scale.y(ms)}" y2="${scale.y(ms)}"/>`,
      `<text class="note" x="${left - 6}" y="${scale.y(ms) + 4}" text-anchor="end">${ms < 1 ? ms : formatNumber(ms).replace(/\.0+$/, '')} ms</text>`,
    ]),
    ...[50, 90, 99, 99.9].map((percentile) => {
      const anchor = percentile === 99.9 ? 'end' : 'middle';
      return `<text class="note" x="${scale.x(percentile)}" y="${panelHeight - 8}" text-anchor="${anchor}">${percentile} %</text>`;
    }),
    ...curves.map(({ name, points }) => {
      const line = points.map(({ ms, percentile }, i) => {
        return `${i === 0 ? 'M' : 'L'}${scale.x(percentile).toFixed(1)} ${scale.y(ms).toFixed(1)}`;
      });
      return `<path class="${colour(name)}" d="${line.join('')}"/>`;
    }),
  ];
}

function legend(names: readonly string[]): string[] {
  return names.flatMap((name, i) => [
    `<path class="${colour(name)}" d="M${i * 180} 10h24"/>`,
    `<text x="${i * 180 + 30}" y="14">${name}</text>`,
  ]);
}

/** Latency of all contenders by percentile, with one panel per number of connections; undefined without data. */
export function latencyChart(results: readonly Result[]): string | undefined {
  const curves = results.flatMap(({ rows }) => rows.flatMap(({ curve }) => curve ?? []));
  if (curves.length === 0) return undefined;
  const scale = scaleOf(curves);
  const counts = [...new Set(curves.map(({ connections }) => connections))];
  const width = 2 * panelWidth + gap;
  const height = 30 + Math.ceil(counts.length / 2) * (panelHeight + gap);
  const panels = counts.map((connections, i) => {
    const at = `translate(${(i % 2) * (panelWidth + gap)} ${30 + Math.floor(i / 2) * (panelHeight + gap)})`;
    const own = curves.filter((curve) => curve.connections === connections);
    return `<g transform="${at}">\n    ${panel(connections, own, scale).join('\n    ')}\n  </g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} 0 ${width + margin} ${height}" width="${width + margin}" height="${height}" role="img">`,
    '  <title>Latency by percentile and number of connections</title>',
    `  <style>${style}</style>`,
    `  ${legend([...new Set(curves.map(({ name }) => name))]).join('\n  ')}`,
    ...panels.map((drawn) => `  ${drawn}`),
    '</svg>',
    '',
  ].join('\n');
}
