import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { installation } from '../../installation.js';

const folder = new URL('assets/dashboard/', installation);

const scripts = ['dashboard.js', 'chart.js', 'format.js', 'history.js', 'lists.js', 'log.js', 'workers.js'];

/** The page loads nothing from elsewhere, runs nothing that stands in it, and stands in no other page. */
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

/** The dashboard's files. Their addresses are relative, so that a proxy may put them under a prefix. */
export function servePage(server: FastifyInstance): void {
  const add = (path: string, name: string, type: string): void => {
    const body = readFileSync(new URL(name, folder));
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
  add('/', 'index.html', 'text/html; charset=utf-8');
  add('/dashboard/style.css', 'style.css', 'text/css; charset=utf-8');
  add('/dashboard/icon.svg', 'icon.svg', 'image/svg+xml');
  for (const name of scripts) add(`/dashboard/${name}`, name, 'text/javascript; charset=utf-8');
}
