/** Algorithms that a token may be signed with. `none` is none of them. */
export const JWT_ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** What tokens are verified with: the published keys of the identity provider, one public key of it, or a shared secret. */
export type JwtKeySource =
  | { readonly type: 'jwks'; readonly url: string }
  /** SPKI in PEM. */
  | { readonly type: 'public-key'; readonly pem: string }
  | { readonly type: 'secret'; readonly secret: string };

/** Which tokens of an identity provider let a user in. */
export interface JwtRules {
  readonly issuer: string;
  /** A token is for at least one of them. */
  readonly audiences: readonly string[];
  readonly keys: JwtKeySource;
  /** HS algorithms with a secret, the others with public keys: never both. */
  readonly algorithms: readonly JwtAlgorithm[];
  readonly clockToleranceSeconds: number;
}
