import { readFileSync } from 'node:fs';

/** Source lines shown before and after the line that R reports. */
const CONTEXT_LINES = 3;

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 56rem; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.3rem } pre { padding: 1rem; overflow-x: auto; background: #f4f4f4; border-left: 4px solid #c0392b }
mark { background: #f9d6d2 } footer { color: #666 }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1c1c1c } pre { background: #2a2a2a } mark { color: inherit; background: #5b2a25 } }
`;

/** A line of a file. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface ErrorPage {
  readonly title: string;
  readonly message: string;
  /** Shown with the lines around it; undefined if it is unknown. */
  readonly place: Place | undefined;
  readonly footer: string;
  /** Whether the page reloads itself every second. */
  readonly reloads?: boolean;
}

/** The page that shows an error of R in a browser. */
export function errorPage({ footer, message, place, reloads = false, title }: ErrorPage): string {
  const refresh = reloads ? '<meta http-equiv="refresh" content="1">' : '';
  const where = place === undefined ? '' : `<p>${escapeHtml(`${place.file}:${place.line}`)}</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">${refresh}
<title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1><pre>${escapeHtml(message)}</pre>${where}${place === undefined ? '' : excerpt(place)}
<footer>${escapeHtml(footer)}</footer></body></html>
`;
}

/**
 * The page that browsers show while the app does not load. It reloads itself, so it shows the app as soon as possible.
 *
 * @param message R's message, with file and line in front if known
 * @param status  what Penstock serves until then
 */
export function loadErrorPage(message: string, status: string): string {
  const [, file, line] = /(\/[^:\n]+):(\d+): /.exec(message) ?? [];
  return errorPage({
    title: 'The app does not load',
    message,
    place: file === undefined ? undefined : { file, line: Number(line) },
    footer: `${status} This page reloads every second.`,
    reloads: true,
  });
}

function excerpt({ file, line: at }: Place): string {
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    return '';
  }
  const first = Math.max(1, at - CONTEXT_LINES);
  const shown = lines.slice(first - 1, at + CONTEXT_LINES).map((line, index) => {
    const text = `${String(first + index).padStart(5)}  ${escapeHtml(line)}`;
    return first + index === at ? `<mark>${text}</mark>` : text;
  });
  return `<pre>${shown.join('\n')}</pre>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
