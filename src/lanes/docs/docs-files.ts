import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Reply } from '../../http/reply.js';
import { installation } from '../../installation.js';

const folder = new URL('assets/api-docs/', installation);

/** The page loads nothing from other sites and runs no inline scripts. A shown response may be an image. */
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
 * The documentation page of an API, which reads the API's `/openapi.json`: a map from paths to replies. All URLs are
 * relative, so that the page works behind a path prefix.
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

/** @param to relative to the requested URL */
export function redirect(to: string): Reply {
  return { status: 307, headers: [['Location', to]], body: Buffer.alloc(0) };
}

/** Finds the reply to a request for the documentation; undefined for other requests. */
export function docsPages(): (request: IncomingMessage) => Reply | undefined {
  const replies = docsReplies();
  return ({ method, url }) => {
    if (!url!.startsWith('/__docs__') || (method !== 'GET' && method !== 'HEAD')) return undefined;
    return replies.get(url!.split('?')[0]!)?.();
  };
}
