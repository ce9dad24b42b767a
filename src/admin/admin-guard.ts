import { isIP } from 'node:net';
import { RateLimiter } from '../access/rate-limiter.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { clientNetwork } from '../http/client-network.js';
import { errorBody } from '../http/error-reply.js';
import type { Logger } from '../observe/log.js';
import type { AdminReply, AdminRequest, AdminServer } from './admin-http.js';
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
export function guardAdmin(server: AdminServer, { config, log, token }: AdminGuard): void {
  const wrong = new RateLimiter(WRONG_TOKEN_RATE);

  server.guard((request, reply) => {
    reply
      .header('Cache-Control', 'no-store')
      .header('Referrer-Policy', 'no-referrer')
      .header('X-Content-Type-Options', 'nosniff')
      .header('X-Frame-Options', 'DENY');
    if (isCrossSite(request) || (token === undefined && isRebound(request, config))) {
      return reject(request, reply, 'admin_forbidden');
    }
    if (token === undefined || isOpen(request, config.adminMetricsOpen)) return true;
    const session = sessionOf(request);
    if (session !== undefined && token.acceptsSession(session)) return true;
    const bearer = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      if (isLimited(request, reply)) return reject(request, reply, 'sign_in_limited');
      if (token.accepts(bearer)) return true;
      noteWrong(request);
    }
    if (request.method === 'GET' && request.headers.accept?.includes('text/html')) {
      reply.redirect(signInUrl(request.url));
      return false;
    }
    reply.header('WWW-Authenticate', 'Bearer realm="Penstock admin server"');
    return reject(request, reply, 'admin_unauthorized');
  });

  if (token === undefined) return;
  server.get('/sign-in', (request, reply) => {
    showSignIn(reply, undefined, localPath(request.query.get('next')));
  });
  server.post('/sign-in', async (request, reply) => {
    const form = await request.form();
    if (form === undefined) {
      reply.fail(413);
      return;
    }
    const next = localPath(form.get('next'));
    if (isLimited(request, reply)) {
      showSignIn(reply.code(429), 'Too many wrong tokens. Try again later.', next);
      return;
    }
    const given = form.get('token')?.trim() ?? '';
    if (!token.accepts(given)) {
      noteWrong(request);
      showSignIn(reply.code(401), 'Wrong token.', next);
      return;
    }
    const { address } = request;
    log.info({ event: 'signed-in', address }, `Admin sign-in from ${address}`);
    setSession(request, reply, token.session(given));
    reply.redirect(`./${next}`);
  });
  server.post('/sign-out', (request, reply) => {
    setSession(request, reply, '');
    reply.redirect('./sign-in');
  });

  function isLimited({ address }: AdminRequest, reply: AdminReply): boolean {
    const wait = wrong.wait(clientNetwork(address), performance.now());
    if (wait > 0) reply.header('Retry-After', Math.ceil(wait / 1000));
    return wait > 0;
  }

  function noteWrong({ address }: AdminRequest): void {
    wrong.take(clientNetwork(address), performance.now());
    log.warn({ event: 'wrong-token', address }, `Wrong admin token from ${address}`);
  }
}

function isOpen({ path }: AdminRequest, metricsOpen: boolean): boolean {
  return PUBLIC_PATHS.has(path) || (metricsOpen && METRICS_PATHS.has(path));
}

/** Prevents pages of other sites from changing anything. */
function isCrossSite({ headers, method }: AdminRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') !== headers.host;
}

/** Detects DNS rebinding: the page's own host name now points to this machine. Such requests carry that name as Host. */
function isRebound(
  { headers }: AdminRequest,
  { adminHost, adminOpen }: Pick<Config, 'adminHost' | 'adminOpen'>,
): boolean {
  if (adminOpen || headers.host === undefined) return false;
  const name = headers.host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(name) === 0 && name.toLowerCase() !== 'localhost' && name !== adminHost;
}

/** Returns false. */
function reject(
  request: AdminRequest,
  reply: AdminReply,
  code: 'admin_unauthorized' | 'admin_forbidden' | 'sign_in_limited',
): false {
  const error = new PenstockError(code);
  reply
    .code(error.entry.status ?? 500)
    .type('application/json')
    .send(errorBody(error, request.id));
  return false;
}

function showSignIn(reply: AdminReply, message: string | undefined, next: string): void {
  reply
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
function localPath(next: string | null): string {
  const path = next?.replace(/^\/+/, '') ?? '';
  return LOCAL_PATH.test(path) && path.length < 1000 ? path : '';
}

/** Contains the port, since browsers send cookies to all servers on the same host. */
function cookieName({ socket }: AdminRequest): string {
  return `penstock-session-${socket.localPort}`;
}

function sessionOf(request: AdminRequest): string | undefined {
  const name = `${cookieName(request)}=`;
  const cookies = request.headers.cookie?.split(/; */) ?? [];
  return cookies.find((cookie) => cookie.startsWith(name))?.slice(name.length);
}

function setSession(request: AdminRequest, reply: AdminReply, session: string): void {
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  const age = session === '' ? 0 : SESSION_MS / 1000;
  reply.header(
    'Set-Cookie',
    `${cookieName(request)}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure}`,
  );
}
