import type { Rate } from './rate.js';

/** How a client may prove who it is. */
export const credentialKinds = ['key', 'token', 'certificate'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** Signatures that only the holder of a private key can make. None that a known text could, and not `none`. */
export const tokenAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

/** The `access` section of penstock.yaml: whose word is good. */
export interface AccessSettings {
  /** The file of API keys. */
  readonly keys?: string;
  readonly tokens?: TokenSettings;
}

/** Which tokens (JWT) are good. */
export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  /** The keys of the issuer: a URL, or the path of a file. */
  readonly jwks: string;
  readonly algorithms: readonly string[];
  /** Milliseconds that clocks may differ. */
  readonly leeway: number;
  /** Milliseconds after which the keys of a URL are asked for anew. */
  readonly refresh: number;
}

/** What pages of other sites may do. */
export interface CorsSettings {
  readonly origins: readonly string[];
  readonly methods?: readonly string[];
  readonly headers?: readonly string[];
  /** Headers of the answer that scripts may read. */
  readonly expose?: readonly string[];
  readonly credentials?: boolean;
  /** Milliseconds that a browser may remember it. */
  readonly maxAge?: number;
}

/** One of the `rules` of penstock.yaml. */
export interface RuleSettings {
  readonly path: string;
  /** All, if undefined. */
  readonly methods?: readonly string[];
  readonly allow?: 'anyone' | 'nobody' | readonly CredentialKind[];
  /** Of those who may use keys or certificates, these names only. */
  readonly names?: readonly string[];
  /** Of tokens, only those with all of these scopes. */
  readonly scopes?: readonly string[];
  readonly perKey?: Rate;
  readonly perAddress?: Rate;
  readonly cors?: CorsSettings;
  readonly headers?: ReadonlyMap<string, string>;
}
