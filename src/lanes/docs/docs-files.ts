import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Reply } from '../../http/reply.js';
import { installation } from '../../installation.js';

const folder = new URL('assets/api-docs/', installation);

/** The page loads nothing from elsewhere and runs nothing that stands in it; an answer may be an image. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const files: readonly [path: string, name: string, type: string][] = [
  ['/__docs__/', 'index.html', html],
  ['/__docs__/index.html', 'index.html', html],
  ['/__docs__/penstock-docs.js', 'penstock-docs.js', script],
  ['/__docs__/penstock-schema.js', 'penstock-schema.js', script],
  ['/__docs__/penstock-docs.css', 'penstock-docs.css', 'text/css; charset=utf-8'],
];

/**
 * The page that documents an API, whatever it is, from its own `/openapi.json`: what each path answers with, by path.
 * All its addresses are relative, so that it works behind a prefix.
 */
export function docsReplies(): ReadonlyMap<string, () => Reply> {
  const replies = files.map(([path, name, type]): [string, () => Reply] => {
    const body = readFileSync(new URL(name, folder));
    return [path, () => docsReply(type, body)];
  });
  return new Map([...replies, ['/__docs__', () => redirect('__docs__/')]]);
}

function docsReply(type: string, body: Buffer): Reply {
  const headers: [string, string][] = [
    ['Content-Type', type],
    ['Cache-Control', 'no-cache'],
    ['Content-Security-Policy', POLICY],
    ['X-Content-Type-Options', 'nosniff'],
  ];
  return { status: 200, headers, body };
}

/** @param to relative to the address that was asked for */
export function redirect(to: string): Reply {
  return { status: 307, headers: [['Location', to]], body: Buffer.alloc(0) };
}

/** What a request for a page of the documentation is answered with; undefined for all others. */
export function docsPages(): (request: IncomingMessage) => Reply | undefined {
  const replies = docsReplies();
  return ({ method, url }) => {
    if (!url!.startsWith('/__docs__') || (method !== 'GET' && method !== 'HEAD')) return undefined;
    return replies.get(url!.split('?')[0]!)?.();
  };
}
