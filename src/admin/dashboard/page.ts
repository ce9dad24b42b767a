import { readFileSync } from 'node:fs';
import { installed } from '../../installation.js';
import type { AdminServer } from '../admin-http.js';

/** The page loads nothing from other hosts, runs no inline code, and cannot be framed. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the dashboard's files. Their addresses are relative, so that a proxy can add a prefix. */
export function servePage(server: AdminServer): void {
  const add = (path: string, file: string, type: string): void => {
    const body = readFileSync(installed(file));
    server.get(path, (_request, reply) =>
      reply
        .type(type)
        .header('Cache-Control', 'no-cache')
        .header('Content-Security-Policy', POLICY)
        .header('Referrer-Policy', 'no-referrer')
        .header('X-Content-Type-Options', 'nosniff')
        .send(body),
    );
  };
  add('/', 'assets/dashboard/index.html', 'text/html; charset=utf-8');
  add('/dashboard/icon.svg', 'assets/dashboard/icon.svg', 'image/svg+xml');
  add('/dashboard/dashboard.css', 'dist/dashboard/dashboard.css', 'text/css; charset=utf-8');
  add('/dashboard/dashboard.js', 'dist/dashboard/dashboard.js', 'text/javascript; charset=utf-8');
}
