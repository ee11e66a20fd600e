import { createPublicKey } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import { ModelgraphError } from '../../core/errors.ts';
import type { JwtRules } from '../../core/jwt-rules.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { KeySet, type KeySetTiming } from './key-set.ts';

export interface JwtVerifierOptions extends JwtRules {
  readonly log: ServiceLog;
  readonly timing: KeySetTiming;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly elapsedMs: () => number;
}

/** The user of a token that was verified. */
export interface VerifiedUser {
  readonly issuer: string;
  readonly subject: string;
  readonly expiresAtMs: number;
  readonly claims: JWTPayload;
}

const MAX_SUBJECT_LENGTH = 255;

const refused = (message: string): ModelgraphError => new ModelgraphError('UNAUTHENTICATED', message);

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'The token is of another issuer than this server accepts tokens of.',
  aud: 'The token is for another audience than this server.',
  nbf: 'The token is not valid yet.',
};

/** What jose says of tokens is for those who verify them; clients are told what they can do something about. */
const toRefusal = (error: unknown, log: ServiceLog): ModelgraphError => {
  if (error instanceof ModelgraphError) return error;
  if (error instanceof errors.JWTExpired) return refused('The token has expired. Send a fresh one.');
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(CLAIMS[error.claim] ?? `The claim "${error.claim}" of the token is missing or not valid.`);
  const isOfToken = error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid);
  if (!isOfToken)
    log.warn({ err: error }, 'a token could not be verified with the keys of the identity provider');
  return refused('The token cannot be verified: its signature, its algorithm or its key is not accepted.');
};

const isSubject = (subject: unknown): subject is string =>
  typeof subject === 'string' &&
  subject !== '' &&
  subject.length <= MAX_SUBJECT_LENGTH &&
  subject.isWellFormed();

/**
 * Verifies the tokens of an identity provider: signature, algorithm, issuer, audience and times. Where a token itself
 * says to find its key (`jku`, `x5u`, `jwk`) is never followed.
 */
export class JwtVerifier {
  readonly #options: JwtVerifierOptions;
  readonly #getKey: JWTVerifyGetKey;

  constructor(options: JwtVerifierOptions) {
    this.#options = options;
    const { keys } = options;
    switch (keys.type) {
      case 'jwks':
        this.#getKey = new KeySet({ ...options, url: keys.url }).getKey;
        break;
      case 'public-key': {
        const key = createPublicKey(keys.pem);
        this.#getKey = () => key;
        break;
      }
      case 'secret': {
        const secret = Buffer.from(keys.secret);
        this.#getKey = () => secret;
      }
    }
  }

  /** Rejects with `UNAUTHENTICATED` for a token that is not accepted, with `SERVICE_UNAVAILABLE` while there are no keys. */
  async verify(token: string): Promise<VerifiedUser> {
    const { issuer, audiences, algorithms, clockToleranceSeconds, now, log } = this.#options;
    const options: JWTVerifyOptions = {
      issuer,
      audience: [...audiences],
      algorithms: [...algorithms],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'sub'],
    };
    const { payload } = await jwtVerify(token, this.#getKey, options).catch((error: unknown) => {
      throw toRefusal(error, log);
    });
    const { sub, exp } = payload;
    if (!isSubject(sub) || exp === undefined)
      throw refused(`The claim "sub" of the token must be a text of 1 to ${MAX_SUBJECT_LENGTH} characters.`);
    return { issuer, subject: sub, expiresAtMs: exp * 1_000, claims: payload };
  }
}
