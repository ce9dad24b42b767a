import type { CrowdPoint, Result } from '../result.js';
import { formatNumber } from './numbers.js';

const panelWidth = 340;
const panelHeight = 200;
const left = 62;
const bottom = 44;
const top = 34;
const gap = 30;

/** Readable on a light and on a dark page: the viewer's own scheme decides. */
const style = `
    text { font: 12px system-ui, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 14px; }
    .note { fill: #59636e; }
    .grid { stroke: #d1d9e0; }
    path { fill: none; stroke-width: 2; }
    .c0 { stroke: #8c959f; } .c1 { stroke: #59636e; stroke-dasharray: 5 3; } .c2 { stroke: #9a6700; } .c3 { stroke: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .note { fill: #9198a1; }
      .grid { stroke: #3d444d; }
      .c0 { stroke: #656c76; } .c1 { stroke: #9198a1; } .c2 { stroke: #d29922; } .c3 { stroke: #4493f8; }
    }
  `;

const names = ['plumber, keep-alive', 'plumber, no', 'HAProxy', 'Penstock'];

const colour = (name: string): string =>
  `c${Math.max(
    0,
    names.findIndex((start) => name.startsWith(start)),
  )}`;

function panel(title: string, points: readonly CrowdPoint[]): string[] {
  const counts = [...new Set(points.map(({ connections }) => connections))];
  const largest = Math.max(...points.map(({ perSecond }) => perSecond));
  const x = (connections: number): number =>
    left + (counts.indexOf(connections) / Math.max(1, counts.length - 1)) * (panelWidth - left - 10);
  const y = (perSecond: number): number =>
    panelHeight - bottom - (perSecond / largest) * (panelHeight - bottom - top);
  const lines = [...new Set(points.map(({ name }) => name))].map((name) => {
    const line = points
      .filter((point) => point.name === name)
      .map(({ connections, perSecond }, i) => {
        return `${i === 0 ? 'M' : 'L'}${x(connections).toFixed(1)} ${y(perSecond).toFixed(1)}`;
      });
    return `<path class="${colour(name)}" d="${line.join('')}"/>`;
  });
  return [
    `<text class="title" x="0" y="16">${title}</text>`,
    ...[0, largest / 2, largest].flatMap((value) => [
      `<line class="grid" x1="${left}" x2="${panelWidth}" y1="${y(value)}" y2="${y(value)}"/>`,
      `<text class="note" x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${formatNumber(value)}/s</text>`,
    ]),
    ...counts.map((count) => {
      return `<text class="note" x="${x(count)}" y="${panelHeight - 26}" text-anchor="middle">${count}</text>`;
    }),
    `<text class="note" x="${(left + panelWidth) / 2}" y="${panelHeight - 8}" text-anchor="middle">connections</text>`,
    ...lines,
  ];
}

/** Good answers a second by the number of clients, a panel for each scenario; undefined without any. */
export function crowdChart(results: readonly Result[]): string | undefined {
  const panels = results.flatMap(({ rows, title }) => {
    const points = rows.flatMap(({ crowd }) => crowd ?? []);
    return points.length === 0 ? [] : [{ title: title.replace(/^A crowd: /, ''), points }];
  });
  if (panels.length === 0) return undefined;
  const width = 2 * panelWidth + gap;
  const height = 30 + Math.ceil(panels.length / 2) * (panelHeight + gap);
  const legend = [...new Set(panels.flatMap(({ points }) => points.map(({ name }) => name)))];
  const drawn = panels.map(({ points, title }, i) => {
    const at = `translate(${(i % 2) * (panelWidth + gap)} ${30 + Math.floor(i / 2) * (panelHeight + gap)})`;
    return `<g transform="${at}">\n    ${panel(title, points).join('\n    ')}\n  </g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '  <title>Good answers a second by the number of connections</title>',
    `  <style>${style}</style>`,
    ...legend.flatMap((name, i) => [
      `  <path class="${colour(name)}" d="M${i * 175} 10h22"/>`,
      `  <text x="${i * 175 + 27}" y="14">${name}</text>`,
    ]),
    ...drawn.map((group) => `  ${group}`),
    '</svg>',
    '',
  ].join('\n');
}
