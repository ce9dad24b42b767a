import type { Rate } from './rate.js';

/** How a client can authenticate. */
export const credentialKinds = ['key', 'token', 'certificate'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** Asymmetric signatures only: with a shared secret or `none`, others could forge tokens. */
export const tokenAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

/** The `access` section of penstock.yaml: which credentials are accepted. */
export interface AccessSettings {
  /** Path of the file of API keys. */
  readonly keys?: string;
  readonly tokens?: TokenSettings;
}

/** Which tokens (JWT) are accepted. */
export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  /** URL or file path of the issuer's keys. */
  readonly jwks: string;
  readonly algorithms: readonly string[];
  /** Accepted clock difference in ms. */
  readonly leeway: number;
  /** How often keys from a URL are fetched again, in ms. */
  readonly refresh: number;
}

/** What pages of other sites are allowed to do. */
export interface CorsSettings {
  readonly origins: readonly string[];
  readonly methods?: readonly string[];
  readonly headers?: readonly string[];
  /** Response headers that scripts may read. */
  readonly expose?: readonly string[];
  readonly credentials?: boolean;
  /** How long a browser may cache these permissions, in ms. */
  readonly maxAge?: number;
}

/** One entry of `rules` in penstock.yaml. */
export interface RuleSettings {
  /** The file and the line, for messages. */
  readonly place: string;
  readonly path: string;
  /** Undefined for all methods. */
  readonly methods?: readonly string[];
  readonly allow?: 'anyone' | 'nobody' | readonly CredentialKind[];
  /** Only clients whose key or certificate has one of these names. */
  readonly names?: readonly string[];
  /** Only tokens that have all of these scopes. */
  readonly scopes?: readonly string[];
  readonly perKey?: Rate;
  readonly perAddress?: Rate;
  readonly cors?: CorsSettings;
  readonly headers?: ReadonlyMap<string, string>;
}
