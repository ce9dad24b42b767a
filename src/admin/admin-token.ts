import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config/load.js';
import { MIN_TOKEN_LENGTH } from '../config/security-options.js';
import { linesOf, WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';

/** Milliseconds that a browser stays signed in. */
const SESSION = 12 * 3_600_000;

/** The token of the admin server, or several of them, and the sessions of those who have signed in with one. */
export class AdminToken {
  readonly #fixed: readonly string[];
  readonly #file: WatchedFiles<readonly string[]> | undefined;
  readonly #now: () => number;

  /** Undefined where no token is set. */
  static from(
    { adminToken, adminTokenFile }: Pick<Config, 'adminToken' | 'adminTokenFile'>,
    log: Logger,
  ): AdminToken | undefined {
    if (adminToken === undefined && adminTokenFile === undefined) return undefined;
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

  /** What a browser that is signed in sends from now on. It holds until its time is over or the token is taken away. */
  session(token: string): string {
    const until = String(this.#now() + SESSION);
    return `${until}.${seal(token, until)}`;
  }

  acceptsSession(session: string): boolean {
    const [until = '', mark = ''] = session.split('.');
    if (!/^\d{1,15}$/.test(until) || Number(until) < this.#now()) return false;
    return this.#tokens.filter((token) => equal(seal(token, until), mark)).length > 0;
  }

  close(): void {
    this.#file?.close();
  }
}

function readTokens([text]: readonly Buffer[]): readonly string[] {
  const lines = linesOf(text!);
  if (lines.length === 0) throw new PenstockError('secret_unusable', 'The file of admin tokens has none.');
  for (const { line, number } of lines) {
    if (line.length < MIN_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(line)) {
      throw new PenstockError(
        'secret_unusable',
        `Line ${number} of the admin tokens must have at least ${MIN_TOKEN_LENGTH} characters and no blanks.`,
      );
    }
  }
  return lines.map(({ line }) => line);
}

function seal(token: string, until: string): string {
  return createHmac('sha256', token).update(`penstock admin session ${until}`).digest('base64url');
}

/** In a time that tells nothing of where they differ. */
function equal(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
