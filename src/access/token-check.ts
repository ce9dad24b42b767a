import { jwtVerify } from 'jose';
import type { TokenSettings } from '../config/access-settings.js';
import { PenstockError } from '../errors.js';
import type { TokenKeys } from './token-keys.js';

/** The claims of a valid token. */
export interface TokenClaims {
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
}

/**
 * Undefined for an invalid token: wrong signature, issuer or audience, expired, not valid yet, or with a subject that is
 * not text.
 */
export async function checkToken(
  token: string,
  keys: TokenKeys,
  { algorithms, audience, issuer, leeway }: TokenSettings,
): Promise<TokenClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      algorithms: [...algorithms],
      audience,
      issuer,
      clockTolerance: leeway / 1000,
      requiredClaims: ['exp'],
    });
    const { scope, scp } = payload;
    const sub: unknown = payload.sub; // jose does not check its type
    if (sub !== undefined && typeof sub !== 'string') return undefined;
    const scopes = typeof scope === 'string' ? scope.split(' ') : Array.isArray(scp) ? scp.map(String) : [];
    return { subject: sub ?? '', scopes: new Set(scopes) };
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    return undefined;
  }
}
