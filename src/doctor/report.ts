import { type Finding, isServable } from './finding.js';

const marks = { ok: '✔', note: '·', warning: '⚠', missing: '✘' } as const;
const colors = { ok: 'green', note: 'dim', warning: 'yellow', missing: 'red' } as const;
/** ANSI colour codes. `util.styleText` would check again whether the stream supports colours. */
const codes = { green: 32, dim: 2, yellow: 33, red: 31 } as const;

/** The findings as text. The last line is the summary. */
export function renderReport(findings: readonly Finding[], colored: boolean): string {
  const paint = (color: keyof typeof codes, text: string) =>
    colored ? `\u001b[${codes[color]}m${text}\u001b[0m` : text;
  const lines = findings.flatMap(({ status, title, details = [], fix = [] }) => [
    `${paint(colors[status], marks[status])} ${title}`,
    ...details.map((line) => `    ${line}`),
    ...fix.map((line) => `    ${paint('dim', '→')} ${line}`),
  ]);
  const verdict = isServable(findings) ? 'green' : 'red';
  return `${lines.join('\n')}\n\n${paint(verdict, summary(findings))}\n`;
}

function summary(findings: readonly Finding[]): string {
  const missing = findings.filter(({ status }) => status === 'missing').length;
  const warnings = findings.filter(({ status }) => status === 'warning').length;
  if (missing > 0) return `Not ready: fix ${missing === 1 ? '1 problem' : `${missing} problems`} first.`;
  if (warnings > 0) return `Ready to serve, with ${warnings === 1 ? '1 warning' : `${warnings} warnings`}.`;
  return 'Ready to serve.';
}
