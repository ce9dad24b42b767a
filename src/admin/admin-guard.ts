import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiter } from '../access/rate-limiter.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { clientNetwork } from '../http/client-network.js';
import { errorBody } from '../http/error-reply.js';
import type { Logger } from '../observe/log.js';
import { type AdminToken, SESSION_MS } from './admin-token.js';
import { isLoopback } from './loopback.js';
import { signInPage, signInPolicy } from './sign-in-page.js';

/** Without a token, since the probes of Kubernetes have none. */
const PUBLIC_PATHS = new Set(['/livez', '/readyz', '/sign-in', '/sign-out']);
const METRICS_PATHS = new Set(['/metrics', '/scale']);
/** Wrong tokens that one address may send: 20 at once, then one every 3 s. */
const WRONG_TOKEN_RATE = { burst: 20, interval: 3000 };
/** Valid targets after signing in: paths of this server. */
const LOCAL_PATH = /^[\w./?=&%~:,-]*$/;

export interface AdminGuard {
  /** Undefined if the server needs no token. */
  readonly token: AdminToken | undefined;
  readonly config: Pick<Config, 'adminHost' | 'adminMetricsOpen' | 'adminOpen'>;
  readonly log: Logger;
}

/** Fails if other machines could reach the admin server without a token, unless `--admin-open` is set. */
export function checkAdminAccess(
  { adminHost, adminOpen }: Pick<Config, 'adminHost' | 'adminOpen'>,
  token: AdminToken | undefined,
): void {
  if (token !== undefined || adminOpen || isLoopback(adminHost)) return;
  throw new PenstockError('admin_unprotected', `It listens on ${adminHost}.`);
}

/** Protects all routes of the admin server: checks the token, and rejects requests from pages of other sites. */
export function guardAdmin(server: FastifyInstance, guard: AdminGuard): void {
  const { config, log, token } = guard;
  const wrong = new RateLimiter(WRONG_TOKEN_RATE);

  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    });
    if (isCrossSite(request) || (token === undefined && isRebound(request, config))) {
      return reject(request, reply, 'admin_forbidden');
    }
    if (token === undefined || isOpen(request, config.adminMetricsOpen)) return;
    const session = sessionOf(request);
    if (session !== undefined && token.acceptsSession(session)) return;
    const bearer = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      if (isLimited(request, reply)) return reject(request, reply, 'sign_in_limited');
      if (token.accepts(bearer)) return;
      noteWrong(request);
    }
    if (request.method === 'GET' && request.headers.accept?.includes('text/html')) {
      return reply.redirect(signInUrl(request.url), 303);
    }
    reply.header('WWW-Authenticate', 'Bearer realm="Penstock admin server"');
    return reject(request, reply, 'admin_unauthorized');
  });

  if (token === undefined) return;
  const type = 'application/x-www-form-urlencoded';
  server.addContentTypeParser(type, { parseAs: 'string', bodyLimit: 8192 }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );
  server.get<{ Querystring: { next?: unknown } }>('/sign-in', (request, reply) =>
    showSignIn(reply, undefined, localPath(request.query.next)),
  );
  server.post<{ Body: unknown }>('/sign-in', (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const next = localPath(form.get('next'));
    if (isLimited(request, reply)) {
      reply.code(429);
      return showSignIn(reply, 'Too many wrong tokens. Try again later.', next);
    }
    const given = form.get('token')?.trim() ?? '';
    if (!token.accepts(given)) {
      noteWrong(request);
      reply.code(401);
      return showSignIn(reply, 'Wrong token.', next);
    }
    log.info({ event: 'signed-in', address: request.ip }, `Admin sign-in from ${request.ip}`);
    setSession(request, reply, token.session(given));
    return reply.redirect(`./${next}`, 303);
  });
  server.post('/sign-out', (request, reply) => {
    setSession(request, reply, '');
    return reply.redirect('./sign-in', 303);
  });

  function isLimited(request: FastifyRequest, reply: FastifyReply): boolean {
    const wait = wrong.wait(clientNetwork(request.ip), performance.now());
    if (wait > 0) reply.header('Retry-After', Math.ceil(wait / 1000));
    return wait > 0;
  }

  function noteWrong(request: FastifyRequest): void {
    wrong.take(clientNetwork(request.ip), performance.now());
    log.warn({ event: 'wrong-token', address: request.ip }, `Wrong admin token from ${request.ip}`);
  }
}

function isOpen({ routeOptions }: FastifyRequest, metricsOpen: boolean): boolean {
  // The matched route, however the client wrote its URL.
  const { url } = routeOptions;
  return url !== undefined && (PUBLIC_PATHS.has(url) || (metricsOpen && METRICS_PATHS.has(url)));
}

/** Prevents pages of other sites from changing anything. */
function isCrossSite({ headers, method }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') !== headers.host;
}

/** Detects DNS rebinding: the page's own host name now points to this machine. Such requests carry that name as Host. */
function isRebound(
  { headers }: FastifyRequest,
  { adminHost, adminOpen }: Pick<Config, 'adminHost' | 'adminOpen'>,
): boolean {
  if (adminOpen || headers.host === undefined) return false;
  const name = headers.host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(name) === 0 && name.toLowerCase() !== 'localhost' && name !== adminHost;
}

function reject(
  request: FastifyRequest,
  reply: FastifyReply,
  code: 'admin_unauthorized' | 'admin_forbidden' | 'sign_in_limited',
): FastifyReply {
  const error = new PenstockError(code);
  return reply
    .code(error.entry.status ?? 500)
    .type('application/json')
    .send(errorBody(error, request.id));
}

function showSignIn(reply: FastifyReply, message: string | undefined, next: string): FastifyReply {
  return reply
    .header('Content-Security-Policy', signInPolicy)
    .type('text/html; charset=utf-8')
    .send(signInPage(message, next.replaceAll('&', '&amp;')));
}

/** Relative, so that it also works behind a proxy with a path prefix. */
function signInUrl(url: string): string {
  const [path = ''] = url.split('?');
  const up = '../'.repeat(Math.max(0, path.split('/').length - 2)) || './';
  const next = localPath(url);
  return `${up}sign-in${next === '' ? '' : `?next=${encodeURIComponent(next)}`}`;
}

/** A path of this server without its first slash; empty, the start page, for anything else. */
function localPath(next: unknown): string {
  const path = typeof next === 'string' ? next.replace(/^\/+/, '') : '';
  return LOCAL_PATH.test(path) && path.length < 1000 ? path : '';
}

/** Contains the port, since browsers send cookies to all servers on the same host. */
function cookieName({ socket }: FastifyRequest): string {
  return `penstock-session-${socket.localPort}`;
}

function sessionOf(request: FastifyRequest): string | undefined {
  const name = `${cookieName(request)}=`;
  const cookies = request.headers.cookie?.split(/; */) ?? [];
  return cookies.find((cookie) => cookie.startsWith(name))?.slice(name.length);
}

function setSession(request: FastifyRequest, reply: FastifyReply, session: string): void {
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  const age = session === '' ? 0 : SESSION_MS / 1000;
  reply.header(
    'Set-Cookie',
    `${cookieName(request)}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure}`,
  );
}
