import { createHash, timingSafeEqual } from 'node:crypto';
import { ModelgraphError } from '../../core/errors.ts';
import { LOCAL_PRINCIPAL, type Principal, usersOf } from '../../core/principal.ts';
import type { Access } from './access.ts';
import { toClaimsAccess } from './claims-access.ts';
import type { JwtVerifier } from './jwt-verifier.ts';
import type { UserTokens } from './user-tokens.ts';

/** Who sends a request, or why that is not known. */
export type Authenticated = Principal | ModelgraphError;

/** Finds out whose an `Authorization` value is. At once unless a token has to be verified; the promise rejects on defects only. */
export type Authenticate = (authorization: string | undefined) => Authenticated | Promise<Authenticated>;

export interface AuthenticatorOptions {
  readonly access: Access;
  readonly tokens: UserTokens;
  /** null: no identity provider is set. */
  readonly jwt: Pick<JwtVerifier, 'verify'> | null;
}

/** Longer than the tokens of any identity provider: what is longer is not parsed. */
const MAX_TOKEN_LENGTH = 16_384;

const MAX_SUBJECT_LENGTH = 120;

const noCredentials = (accepted: string): ModelgraphError =>
  new ModelgraphError('UNAUTHENTICATED', `Send ${accepted}`);

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * A subject as a part of an id: itself where it is short and printable, or else its hash. The same subject always has the
 * same, and no two have the same.
 */
const toIdPart = (subject: string): string =>
  subject.length <= MAX_SUBJECT_LENGTH && /^[!-}]+$/.test(subject)
    ? subject
    : `~${sha256(subject).toString('base64url')}`;

/** What the id of each user of an issuer begins with. The `-` is in the id of no key. */
const toIssuerPart = (issuer: string): string => `jwt-${sha256(issuer).toString('hex').slice(0, 12)}`;

const toFailure = (error: unknown): ModelgraphError => {
  if (error instanceof ModelgraphError) return error;
  throw error;
};

/** Lets in those with a key, with a token that a key has issued, or with a token of the identity provider. */
export const createAuthenticate = ({ access, tokens, jwt }: AuthenticatorOptions): Authenticate => {
  const missing = noCredentials(
    jwt === null
      ? 'a key of this server: Authorization: Bearer mg_…'
      : 'a token of the identity provider, or a key of this server: Authorization: Bearer …',
  );

  const findKeyHolder = (token: string): Principal | undefined => {
    const known = access.findKey(/^mg_([a-z0-9]+)_\S+$/i.exec(token)?.[1] ?? '');
    if (known === undefined) return undefined;
    const given = sha256(token);
    return given.length === known.sha256.length && timingSafeEqual(given, known.sha256)
      ? known.principal
      : undefined;
  };

  const findUser = async (text: string): Promise<Principal> => {
    const { keyId, subject, expiresAtMs } = await tokens.verify(text);
    const key = access.findKey(keyId);
    if (key?.principal.access.operations.has('issue') !== true)
      throw new ModelgraphError(
        'UNAUTHENTICATED',
        'The key that issued the token is gone, or issues none any more.',
      );
    const id = usersOf(keyId) + toIdPart(subject);
    return { id, kind: 'user', keyId, userId: subject, access: key.users, expiresAtMs };
  };

  const verifyJwt = async (verifier: Pick<JwtVerifier, 'verify'>, token: string): Promise<Principal> => {
    const { issuer, subject, expiresAtMs, claims } = await verifier.verify(token);
    const id = usersOf(toIssuerPart(issuer)) + toIdPart(subject);
    const rules = toClaimsAccess(access.policy, claims);
    return { id, kind: 'user', keyId: null, userId: subject, access: rules, expiresAtMs };
  };

  return (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > MAX_TOKEN_LENGTH) return missing;
    if (token.startsWith('mgu_')) return findUser(token).catch(toFailure);
    const holder = findKeyHolder(token);
    if (holder !== undefined) return holder;
    if (jwt === null || token.split('.').length !== 3) return missing;
    return verifyJwt(jwt, token).catch(toFailure);
  };
};

/** Where neither keys nor an identity provider are set, every request is of the one local principal. */
export const authenticateLocally: Authenticate = () => LOCAL_PRINCIPAL;
