import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';

/** Milliseconds between two requests to an issuer on account of tokens that name a key which is not known. */
const COOLDOWN = 5000;
/** Milliseconds that an issuer may take. */
const PATIENCE = 5000;
/** Bytes of its answer. */
const MOST_BYTES = 1_000_000;

/** The keys with which the issuer of tokens signs them. */
export interface TokenKeys {
  /** Finds the key of a token. Fails with `credentials_unchecked` where none could be had yet. */
  readonly find: JWTVerifyGetKey;
  close(): void;
}

/** @param place a URL, or the path of a file */
export function tokenKeys(place: string, refresh: number, log: Logger): TokenKeys {
  return /^https?:\/\//.test(place) ? new RemoteKeys(place, refresh, log) : fileKeys(place, log);
}

function fileKeys(path: string, log: Logger): TokenKeys {
  const file = new WatchedFiles([path], log, ([text]) => readKeySet(text!.toString('utf8'), path));
  return { find: (header, token) => file.value(header, token), close: () => file.close() };
}

/** Keys of a URL. They are asked for anew from time to time, and when a token names one that is not known. */
class RemoteKeys implements TokenKeys {
  readonly #url: string;
  readonly #refresh: number;
  readonly #log: Logger;
  #keys: JWTVerifyGetKey | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(url: string, refresh: number, log: Logger) {
    this.#url = url;
    this.#refresh = refresh;
    this.#log = log;
    void this.#ask();
  }

  readonly find: JWTVerifyGetKey = async (header, token) => {
    const age = performance.now() - this.#askedAt;
    if (this.#keys === undefined && (age > COOLDOWN || this.#asking !== undefined)) await this.#ask();
    else if (age > this.#refresh) void this.#ask();
    if (this.#keys === undefined) throw new PenstockError('credentials_unchecked');
    try {
      return await this.#keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (performance.now() - this.#askedAt < Math.min(COOLDOWN, this.#refresh)) throw error;
      await this.#ask();
      return this.#keys(header, token);
    }
  };

  close(): void {}

  /** Keys that were had before stay good while the issuer cannot be reached. */
  #ask(): Promise<void> {
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #fetch(): Promise<void> {
    this.#askedAt = performance.now();
    try {
      const answer = await fetch(this.#url, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      const text = await answer.text();
      if (text.length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
      this.#keys = readKeySet(text, this.#url);
    } catch (error) {
      const { message } = error as Error;
      this.#log.warn(
        { event: 'issuer-keys', url: this.#url },
        `The keys of ${this.#url} could not be had: ${message}`,
      );
    }
  }
}

function readKeySet(text: string, place: string): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  } catch {
    throw new PenstockError('secret_unusable', `${place} holds no set of keys (JWKS).`);
  }
}
