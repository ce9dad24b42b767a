import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config/load.js';
import { MIN_TOKEN_LENGTH } from '../config/security-options.js';
import { linesOf, WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';
import { isLoopback } from './loopback.js';

export const SESSION_MS = 12 * 3_600_000;

type AdminSettings = Pick<
  Config,
  'adminHost' | 'adminMetricsOpen' | 'adminOpen' | 'adminToken' | 'adminTokenFile'
>;

/** The tokens of the admin server, and the sessions of browsers that signed in with one. */
export class AdminToken {
  readonly #fixed: readonly string[];
  readonly #file: WatchedFiles<readonly string[]> | undefined;
  readonly #now: () => number;

  /**
   * Undefined if no token is set. If the metrics alone are open to other machines, the token is random and never shown:
   * everything else is closed.
   */
  static from(
    { adminHost, adminMetricsOpen, adminOpen, adminToken, adminTokenFile }: AdminSettings,
    log: Logger,
  ): AdminToken | undefined {
    if (adminToken === undefined && adminTokenFile === undefined) {
      if (!adminMetricsOpen || adminOpen || isLoopback(adminHost)) return undefined;
      const what = 'The admin server has no token: it only answers probes, /metrics and /scale';
      log.info({ event: 'admin-closed' }, what);
      return new AdminToken([randomBytes(32).toString('hex')]);
    }
    const file =
      adminTokenFile === undefined ? undefined : new WatchedFiles([adminTokenFile], log, readTokens);
    return new AdminToken(adminToken === undefined ? [] : [adminToken.reveal()], file);
  }

  constructor(fixed: readonly string[], file?: WatchedFiles<readonly string[]>, now = Date.now) {
    this.#fixed = fixed;
    this.#file = file;
    this.#now = now;
  }

  get #tokens(): readonly string[] {
    return [...this.#fixed, ...(this.#file?.value ?? [])];
  }

  accepts(token: string): boolean {
    return this.#tokens.filter((one) => equal(one, token)).length > 0;
  }

  /** The session of a browser that signed in. Valid until it expires or the token is removed. */
  session(token: string): string {
    const until = String(this.#now() + SESSION_MS);
    return `${until}.${signature(token, until)}`;
  }

  acceptsSession(session: string): boolean {
    const [until = '', mark = ''] = session.split('.');
    if (!/^\d{1,15}$/.test(until) || Number(until) < this.#now()) return false;
    return this.#tokens.filter((token) => equal(signature(token, until), mark)).length > 0;
  }

  close(): void {
    this.#file?.close();
  }
}

function readTokens([text]: readonly Buffer[]): readonly string[] {
  const lines = linesOf(text!);
  if (lines.length === 0) throw new PenstockError('secret_unusable', 'The admin token file has no token.');
  for (const { line, number } of lines) {
    if (line.length < MIN_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(line)) {
      throw new PenstockError(
        'secret_unusable',
        `Admin tokens, line ${number}: expected at least ${MIN_TOKEN_LENGTH} characters without spaces.`,
      );
    }
  }
  return lines.map(({ line }) => line);
}

function signature(token: string, until: string): string {
  return createHmac('sha256', token).update(`penstock admin session ${until}`).digest('base64url');
}

/** Compares in constant time. */
function equal(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
