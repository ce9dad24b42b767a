import type { IncomingMessage } from 'node:http';
import type { AccessSettings, CredentialKind, TokenSettings } from '../config/access-settings.js';
import { KEY_PREFIX } from '../key-file.js';
import type { Logger } from '../observe/log.js';
import { ApiKeys } from './api-keys.js';
import { clientCertificate } from './client-certificate.js';
import { removeHeaders } from './request-headers.js';
import { checkToken } from './token-check.js';
import { type TokenKeys, tokenKeys } from './token-keys.js';

/** The authenticated sender of a request. */
export interface Caller {
  readonly kind: CredentialKind;
  /** The name of the key, the common name of the certificate or the subject of the token. */
  readonly name: string;
  /** Scopes of a token. */
  readonly scopes?: ReadonlySet<string>;
}

/** Authenticates requests by their certificate, API key or token. */
export class Callers {
  readonly #keys: ApiKeys | undefined;
  readonly #tokens: { readonly settings: TokenSettings; readonly keys: TokenKeys } | undefined;

  constructor({ keys, tokens }: AccessSettings, log: Logger) {
    this.#keys = keys === undefined ? undefined : new ApiKeys(keys, log);
    this.#tokens = tokens && { settings: tokens, keys: tokenKeys(tokens.jwks, tokens.refresh, log) };
  }

  /** Undefined without a valid credential of an allowed kind. */
  of(
    request: IncomingMessage,
    allowed: readonly CredentialKind[],
  ): Caller | undefined | Promise<Caller | undefined> {
    if (allowed.includes('certificate')) {
      const certificate = clientCertificate(request.socket);
      if (certificate !== undefined) return { kind: 'certificate', name: certificate.name };
    }
    const key = allowed.includes('key') ? keyOf(request) : undefined;
    if (key !== undefined) return this.#byKey(request, key);
    const token = allowed.includes('token') ? bearerOf(request) : undefined;
    return token === undefined ? undefined : this.#byToken(token);
  }

  close(): void {
    this.#keys?.close();
    this.#tokens?.keys.close();
  }

  /** Removes the key from the request, so that R does not see it. */
  #byKey(request: IncomingMessage, key: string): Caller | undefined {
    const name = this.#keys?.nameOf(key);
    if (name === undefined) return undefined;
    const inAuthorization = request.headers.authorization?.includes(key) === true;
    removeHeaders(
      request,
      (header) => header === 'x-api-key' || (header === 'authorization' && inAuthorization),
    );
    return { kind: 'key', name };
  }

  async #byToken(token: string): Promise<Caller | undefined> {
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
