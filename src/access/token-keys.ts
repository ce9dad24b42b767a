import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';

/** Minimum time between two requests to an issuer because of tokens with an unknown key. */
const UNKNOWN_KEY_INTERVAL_MS = 5000;
const ISSUER_TIMEOUT_MS = 5000;
const MAX_KEY_SET_BYTES = 1_000_000;

/** The keys that an issuer signs tokens with. */
export interface TokenKeys {
  /** Finds the key of a token. Fails with `credentials_unchecked` if no keys could be fetched yet. */
  readonly find: JWTVerifyGetKey;
  close(): void;
}

/** @param place a URL or the path of a file */
export function tokenKeys(place: string, refresh: number, log: Logger): TokenKeys {
  return /^https?:\/\//.test(place) ? new RemoteKeys(place, refresh, log) : fileKeys(place, log);
}

function fileKeys(path: string, log: Logger): TokenKeys {
  const file = new WatchedFiles([path], log, ([text]) => readKeySet(text!.toString('utf8'), path));
  return { find: (header, token) => file.value(header, token), close: () => file.close() };
}

/** Keys from a URL. They are fetched again after `refresh` ms, and when a token names an unknown key. */
class RemoteKeys implements TokenKeys {
  readonly #url: string;
  readonly #refresh: number;
  readonly #log: Logger;
  #keys: JWTVerifyGetKey | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(url: string, refresh: number, log: Logger) {
    this.#url = url;
    this.#refresh = refresh;
    this.#log = log;
    void this.#update();
  }

  readonly find: JWTVerifyGetKey = async (header, token) => {
    const age = performance.now() - this.#fetchedAt;
    if (this.#keys === undefined && (age > UNKNOWN_KEY_INTERVAL_MS || this.#fetching !== undefined))
      await this.#update();
    else if (age > this.#refresh) void this.#update();
    if (this.#keys === undefined) throw new PenstockError('credentials_unchecked');
    try {
      return await this.#keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (performance.now() - this.#fetchedAt < Math.min(UNKNOWN_KEY_INTERVAL_MS, this.#refresh)) throw error;
      await this.#update();
      return this.#keys(header, token);
    }
  };

  close(): void {}

  /** Fetched keys stay valid while the issuer cannot be reached. */
  #update(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#fetchedAt = performance.now();
    try {
      const answer = await fetch(this.#url, {
        redirect: 'error',
        signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS),
      });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const text = await answer.text();
      if (text.length > MAX_KEY_SET_BYTES) throw new Error(`more than ${MAX_KEY_SET_BYTES} bytes`);
      this.#keys = readKeySet(text, this.#url);
    } catch (error) {
      const { message } = error as Error;
      this.#log.warn(
        { event: 'issuer-keys', url: this.#url },
        `Could not fetch the keys from ${this.#url}: ${message}`,
      );
    }
  }
}

function readKeySet(text: string, place: string): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  } catch {
    throw new PenstockError('secret_unusable', `${place} is not a JSON Web Key Set (JWKS).`);
  }
}
