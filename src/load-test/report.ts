import { bytesText, rateText, shares, timeText } from './format.js';
import type { Latency } from './latency.js';
import { ratios, type Summary } from './summary.js';

const WIDTH = 860;
const HEIGHT = 240;
const PAD = { left: 64, right: 28, top: 12, bottom: 30 };

interface Line {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly colour: string;
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly (readonly [at: number, label: string])[];
}

/**
 * The results as a self-contained HTML page, with charts as SVG and without scripts.
 *
 * @param setting lines that describe the test
 */
export function reportPage(summaries: readonly Summary[], setting: readonly string[]): string {
  const [first, second] = summaries;
  const comparison =
    second === undefined
      ? ''
      : `<p class="verdict">${escaped(second.name)} handles <b>${ratios(first!, second).median.toFixed(2)} ×</b> the rate of ${escaped(first!.name)}.</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load test of ${escaped(first!.name)}</title>
<style>${style}</style>
</head>
<body>
<h1>Load test</h1>
<ul class="setting">${setting.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>
${comparison}
<table>
<thead><tr><th></th><th>requests/s</th>${shares.map(([label]) => `<th>${label}</th>`).join('')}<th>failed</th><th>received</th></tr></thead>
<tbody>${summaries.map(row).join('')}</tbody>
</table>
<h2>Requests per second, over time</h2>
${legend(summaries)}
${rateChart(summaries)}
<h2>Latency by percentile</h2>
${legend(summaries)}
${percentileChart(summaries)}
${summaries.map((summary, i) => `<h2>Latency distribution: ${escaped(summary.name)}</h2>${histogram(summary.latency, i)}`).join('\n')}
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; --ground: light-dark(#fff, #10161b); --text: light-dark(#14202b, #e4ebf1);
  --muted: light-dark(#566473, #95a4b3); --line: light-dark(#dde3e9, #2a3742);
  --c0: light-dark(#0b7285, #3fb6c9); --c1: light-dark(#b45f06, #f0a742); }
body { max-width: 900px; margin: 0 auto; padding: 24px 20px 60px; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 16px; margin: 28px 0 6px; }
ul { list-style: none; margin: 0; padding: 0; } .setting, .legend { color: var(--muted); }
.legend li { display: inline-block; margin-right: 18px; }
.legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.legend .c0::before { background: var(--c0); } .legend .c1::before { background: var(--c1); }
.verdict { font-size: 17px; }
table { border-collapse: collapse; width: 100%; margin-top: 16px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--muted); font-weight: 600; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--muted); font-size: 11px; }
.grid { stroke: var(--line); } path { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.c0 path, path.c0 { stroke: var(--c0); } path.c1 { stroke: var(--c1); } rect.c0 { fill: var(--c0); } rect.c1 { fill: var(--c1); }
`;

function row({ bytesPerSecond, failed, latency, name, rate }: Summary): string {
  const cells = [
    rateText(rate),
    ...shares.map(([, share]) => timeText(latency.quantile(share))),
    failed.toLocaleString('en'),
    `${bytesText(bytesPerSecond)}/s`,
  ];
  return `<tr><td>${escaped(name)}</td>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function legend(summaries: readonly Summary[]): string {
  return `<ul class="legend">${summaries.map(({ name }, i) => `<li class="c${i}">${escaped(name)}</li>`).join('')}</ul>`;
}

/** All rounds in a row, without the incomplete last second of each. */
function rateChart(summaries: readonly Summary[]): string {
  const lines = summaries.map(({ perSecond }, i): Line => {
    const whole = perSecond.flatMap((seconds) => (seconds.length > 1 ? seconds.slice(0, -1) : seconds));
    return { colour: `c${i}`, points: whole.map((count, second) => [second, count] as const) };
  });
  const seconds = Math.max(1, ...lines.map(({ points }) => points.length - 1));
  const top = niceTop(Math.max(1, ...lines.flatMap(({ points }) => points.map(([, count]) => count))));
  return chart(
    lines,
    { from: 0, to: seconds, ticks: steps(seconds).map((second) => [second, `${second} s`]) },
    { from: 0, to: top, ticks: [0, top / 2, top].map((rate) => [rate, rateText(rate)]) },
    'Requests per second over time',
  );
}

/** Percentiles on a scale where each additional nine takes the same width, and times on a logarithmic scale. */
function percentileChart(summaries: readonly Summary[]): string {
  const nines = [0, 0.5, 0.9, 0.99, 0.999, 0.9999];
  const place = (share: number): number => -Math.log10(1 - share);
  const lines = summaries.map(({ latency }, i): Line => {
    const points: [number, number][] = [];
    for (let at = 0; at <= 4; at += 0.05) {
      points.push([at, Math.log10(Math.max(0.01, latency.quantile(1 - 10 ** -at)))]);
    }
    return { colour: `c${i}`, points };
  });
  const all = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const from = Math.floor(Math.min(...all));
  const to = Math.max(from + 1, Math.ceil(Math.max(...all)));
  const powers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return chart(
    lines,
    { from: 0, to: 4, ticks: nines.map((share) => [place(share), `${Number((share * 100).toFixed(2))} %`]) },
    { from, to, ticks: powers.map((power) => [power, timeText(10 ** power)]) },
    'Latency by percentile',
  );
}

function histogram(latency: Latency, index: number): string {
  const classes = latency.classes(40);
  const most = Math.max(1, ...classes.map(({ count }) => count));
  const width = (WIDTH - PAD.left - PAD.right) / Math.max(1, classes.length);
  const floor = HEIGHT - PAD.bottom;
  const bars = classes.map(({ count, from, to }, i) => {
    const height = (count / most) * (floor - PAD.top);
    const title = `${timeText(from)} to ${timeText(to)}: ${count.toLocaleString('en')}`;
    const x = (PAD.left + i * width).toFixed(1);
    return `<rect class="c${index}" x="${x}" y="${(floor - height).toFixed(1)}" width="${Math.max(1, width - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${title}</title></rect>`;
  });
  const every = Math.max(1, Math.ceil(classes.length / 10));
  const labels = classes.flatMap(({ to }, i) =>
    i % every === 0
      ? [
          `<text x="${(PAD.left + (i + 1) * width).toFixed(1)}" y="${HEIGHT - 10}" text-anchor="middle">${timeText(to)}</text>`,
        ]
      : [],
  );
  return svg(
    `${grid([0, 0.5, 1].map((share) => [floor - share * (floor - PAD.top), rateText(share * most)]))}${bars.join('')}${labels.join('')}`,
    'Latency distribution',
  );
}

function chart(lines: readonly Line[], x: Axis, y: Axis, label: string): string {
  const floor = HEIGHT - PAD.bottom;
  const placeX = (at: number): number =>
    PAD.left + ((at - x.from) / (x.to - x.from)) * (WIDTH - PAD.left - PAD.right);
  const placeY = (at: number): number => floor - ((at - y.from) / (y.to - y.from)) * (floor - PAD.top);
  const paths = lines.map(({ colour, points }) => {
    const d = points.map(([px, py]) => `${placeX(px).toFixed(1)} ${placeY(py).toFixed(1)}`).join('L');
    return `<path class="${colour}" d="M${d}"/>`;
  });
  const below = x.ticks.map(
    ([at, text]) =>
      `<text x="${placeX(at).toFixed(1)}" y="${HEIGHT - 10}" text-anchor="middle">${text}</text>`,
  );
  return svg(
    `${grid(y.ticks.map(([at, text]) => [placeY(at), text]))}${below.join('')}${paths.join('')}`,
    label,
  );
}

function grid(ticks: readonly (readonly [y: number, label: string])[]): string {
  return ticks
    .map(
      ([y, label]) =>
        `<line class="grid" x1="${PAD.left}" x2="${WIDTH - PAD.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>` +
        `<text x="${PAD.left - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${label}</text>`,
    )
    .join('');
}

function svg(content: string, label: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${content}</svg>`;
}

function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].find((digit) => digit * power >= value)! * power;
}

function steps(to: number): number[] {
  const step = Math.max(1, Math.ceil(to / 8));
  return Array.from({ length: Math.floor(to / step) + 1 }, (_, i) => i * step);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
