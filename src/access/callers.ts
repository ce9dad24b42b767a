import type { IncomingMessage } from 'node:http';
import type { AccessSettings, CredentialKind, TokenSettings } from '../config/access-settings.js';
import { KEY_PREFIX } from '../key-file.js';
import type { Logger } from '../observe/log.js';
import { clientCertificate } from './client-certificate.js';
import { KeyRing } from './key-ring.js';
import { takeOut } from './request-headers.js';
import { checkToken } from './token-check.js';
import { type TokenKeys, tokenKeys } from './token-keys.js';

/** Who a request has proven to come from. */
export interface Caller {
  readonly kind: CredentialKind;
  /** The name of the key, the common name of the certificate or the subject of the token. */
  readonly name: string;
  /** Of a token. */
  readonly scopes?: ReadonlySet<string>;
}

/** Finds out who a request comes from, by what it brings along. */
export class Callers {
  readonly #keys: KeyRing | undefined;
  readonly #tokens: { readonly settings: TokenSettings; readonly keys: TokenKeys } | undefined;

  constructor({ keys, tokens }: AccessSettings, log: Logger) {
    this.#keys = keys === undefined ? undefined : new KeyRing(keys, log);
    this.#tokens = tokens && { settings: tokens, keys: tokenKeys(tokens.jwks, tokens.refresh, log) };
  }

  /** Undefined where nothing of what is allowed has been brought, or nothing good. */
  of(
    request: IncomingMessage,
    allowed: readonly CredentialKind[],
  ): Caller | undefined | Promise<Caller | undefined> {
    if (allowed.includes('certificate')) {
      const certificate = clientCertificate(request.socket);
      if (certificate !== undefined) return { kind: 'certificate', name: certificate.name };
    }
    const key = allowed.includes('key') ? keyOf(request) : undefined;
    if (key !== undefined) return this.#holder(request, key);
    const token = allowed.includes('token') ? bearerOf(request) : undefined;
    return token === undefined ? undefined : this.#subject(token);
  }

  close(): void {
    this.#keys?.close();
    this.#tokens?.keys.close();
  }

  /** The key has done its work: R does not see it. */
  #holder(request: IncomingMessage, key: string): Caller | undefined {
    const name = this.#keys?.holder(key);
    if (name === undefined) return undefined;
    const inAuthorization = request.headers.authorization?.includes(key) === true;
    takeOut(request, (header) => header === 'x-api-key' || (header === 'authorization' && inAuthorization));
    return { kind: 'key', name };
  }

  async #subject(token: string): Promise<Caller | undefined> {
    const { keys, settings } = this.#tokens!;
    const claims = await checkToken(token, keys, settings);
    return claims && { kind: 'token', name: claims.subject, scopes: claims.scopes };
  }
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const own = headers['x-api-key'];
  if (own !== undefined) return String(own);
  const [, text] = /^(?:Bearer|Key) +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return text?.startsWith(KEY_PREFIX) ? text : undefined;
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
