import { styleText } from 'node:util';
import { type Finding, isServable } from './finding.js';

const marks = { ok: '✔', note: '·', warning: '⚠', missing: '✘' } as const;
const colors = { ok: 'green', note: 'dim', warning: 'yellow', missing: 'red' } as const;

/** The findings for a person to read, with the verdict as last line. */
export function renderReport(findings: readonly Finding[], colored: boolean): string {
  const paint = (color: 'green' | 'dim' | 'yellow' | 'red', text: string) =>
    colored ? styleText(color, text) : text;
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
  if (missing > 0)
    return `Not ready: ${missing === 1 ? '1 thing has' : `${missing} things have`} to be mended first.`;
  if (warnings > 0) return `Ready to serve, with ${warnings === 1 ? '1 warning' : `${warnings} warnings`}.`;
  return 'Ready to serve.';
}
