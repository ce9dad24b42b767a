import { jwtVerify } from 'jose';
import type { TokenSettings } from '../config/access-settings.js';
import { PenstockError } from '../errors.js';
import type { TokenKeys } from './token-keys.js';

/** The claims of a valid token. */
export interface TokenClaims {
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
}

/** Undefined for an invalid token: wrong signature, issuer or audience, expired, or not valid yet. */
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
    const { scope, scp, sub } = payload;
    const scopes = typeof scope === 'string' ? scope.split(' ') : Array.isArray(scp) ? scp.map(String) : [];
    return { subject: sub ?? '', scopes: new Set(scopes) };
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    return undefined;
  }
}
