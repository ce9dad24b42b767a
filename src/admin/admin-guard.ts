import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiter } from '../access/rate-limiter.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { errorBody } from '../http/error-reply.js';
import type { Logger } from '../observe/log.js';
import type { AdminToken } from './admin-token.js';
import { isLoopback } from './loopback.js';
import { signInPage, signInPolicy } from './sign-in-page.js';

/** For the probes of Kubernetes, which have no token. */
const ALWAYS_OPEN = new Set(['/livez', '/readyz', '/sign-in', '/sign-out']);
const METRICS = new Set(['/metrics', '/scale']);
/** Wrong tokens that one address may send at once, and milliseconds for each one more. */
const WRONG_TOKENS = { burst: 20, interval: 3000 };
/** Where a browser may be sent once it is signed in: a path of this server. */
const PLAIN_PATH = /^[\w./?=&%~:,-]*$/;

export interface AdminGuard {
  /** Undefined where the server is to be open. */
  readonly token: AdminToken | undefined;
  readonly config: Pick<Config, 'adminHost' | 'adminMetricsOpen' | 'adminOpen'>;
  readonly log: Logger;
}

/** Refuses an admin server that everybody could reach, unless it is wanted so. */
export function checkAdminAccess(
  { adminHost, adminOpen }: Pick<Config, 'adminHost' | 'adminOpen'>,
  token: AdminToken | undefined,
): void {
  if (token !== undefined || adminOpen || isLoopback(adminHost)) return;
  throw new PenstockError('admin_unprotected', `It has no token, and listens on ${adminHost}.`);
}

/** Stands before everything that the admin server has, or will have: the token, and what browsers must not do. */
export function guardAdmin(server: FastifyInstance, guard: AdminGuard): void {
  const { config, log, token } = guard;
  const wrong = new RateLimiter(WRONG_TOKENS);

  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    });
    if (isOfOtherSite(request) || (token === undefined && isRebound(request, config))) {
      return refuse(request, reply, 'admin_forbidden');
    }
    if (token === undefined || isOpen(request, config.adminMetricsOpen)) return;
    const session = sessionOf(request);
    if (session !== undefined && token.acceptsSession(session)) return;
    const bearer = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      if (isLimited(request, reply)) return refuse(request, reply, 'sign_in_limited');
      if (token.accepts(bearer)) return;
      noteWrong(request);
    }
    if (request.method === 'GET' && request.headers.accept?.includes('text/html')) {
      return reply.redirect(signInAddress(request.url), 303);
    }
    reply.header('WWW-Authenticate', 'Bearer realm="Penstock admin server"');
    return refuse(request, reply, 'admin_unauthorized');
  });

  if (token === undefined) return;
  const type = 'application/x-www-form-urlencoded';
  server.addContentTypeParser(type, { parseAs: 'string', bodyLimit: 8192 }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );
  server.get<{ Querystring: { next?: string } }>('/sign-in', (request, reply) =>
    showSignIn(reply, undefined, localPath(request.query.next)),
  );
  server.post<{ Body: unknown }>('/sign-in', (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const next = localPath(form.get('next'));
    if (isLimited(request, reply)) {
      reply.code(429);
      return showSignIn(reply, 'There were too many wrong tokens. Try again in a while.', next);
    }
    const given = form.get('token')?.trim() ?? '';
    if (!token.accepts(given)) {
      noteWrong(request);
      reply.code(401);
      return showSignIn(reply, 'That is not the token.', next);
    }
    log.info({ event: 'signed-in', address: request.ip }, `Signed in from ${request.ip}`);
    setSession(request, reply, token.session(given));
    return reply.redirect(`./${next}`, 303);
  });
  server.post('/sign-out', (request, reply) => {
    setSession(request, reply, '');
    return reply.redirect('./sign-in', 303);
  });

  function isLimited(request: FastifyRequest, reply: FastifyReply): boolean {
    const wait = wrong.wait(request.ip, performance.now());
    if (wait > 0) reply.header('Retry-After', Math.ceil(wait / 1000));
    return wait > 0;
  }

  function noteWrong(request: FastifyRequest): void {
    wrong.take(request.ip, performance.now());
    log.warn(
      { event: 'wrong-token', address: request.ip },
      `A wrong token for the admin server came from ${request.ip}`,
    );
  }
}

function isOpen({ routeOptions }: FastifyRequest, metricsOpen: boolean): boolean {
  // The route that was found, however its address was written.
  const { url } = routeOptions;
  return url !== undefined && (ALWAYS_OPEN.has(url) || (metricsOpen && METRICS.has(url)));
}

/** A page that a browser shows, from wherever, must not change anything here. */
function isOfOtherSite({ headers, method }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') !== headers.host;
}

/**
 * A page whose own name leads to this machine by now (DNS rebinding) must not read anything here. It comes with its name.
 */
function isRebound(
  { headers }: FastifyRequest,
  { adminHost, adminOpen }: Pick<Config, 'adminHost' | 'adminOpen'>,
): boolean {
  if (adminOpen || headers.host === undefined) return false;
  const name = headers.host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(name) === 0 && name.toLowerCase() !== 'localhost' && name !== adminHost;
}

function refuse(
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

/** Relative, so that it is right behind a proxy with a prefix, too. */
function signInAddress(url: string): string {
  const [path = ''] = url.split('?');
  const up = '../'.repeat(Math.max(0, path.split('/').length - 2)) || './';
  const next = localPath(url);
  return `${up}sign-in${next === '' ? '' : `?next=${encodeURIComponent(next)}`}`;
}

/** A path of this server without its first slash; the start page for anything else. */
function localPath(next: string | null | undefined): string {
  const path = next?.replace(/^\/+/, '') ?? '';
  return PLAIN_PATH.test(path) && path.length < 1000 ? path : '';
}

/** By port, since browsers send the cookies of one server to all others of the same host. */
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
  const age = session === '' ? '; Max-Age=0' : '; Max-Age=43200';
  reply.header(
    'Set-Cookie',
    `${cookieName(request)}=${session}; Path=/; HttpOnly; SameSite=Strict${age}${secure}`,
  );
}
