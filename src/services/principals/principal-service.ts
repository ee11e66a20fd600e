import { rejection } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { ModelRegistry } from '../../registry/model-registry.ts';
import { listUsableModels } from './model-access.ts';
import { requireOperation } from './require-operation.ts';
import type { IssuedToken, UserTokens } from './user-tokens.ts';

export interface PrincipalServiceOptions {
  readonly models: ModelRegistry;
  readonly tokens: UserTokens;
}

const MAX_SUBJECT_LENGTH = 255;

/** Bounds of a token's life, in seconds: it is taken away from a user by letting it expire. */
const MIN_LIFETIME_SECONDS = 1;
const MAX_LIFETIME_SECONDS = 86_400;

const checkSubject = (subject: string): void => {
  if (subject !== '' && subject.length <= MAX_SUBJECT_LENGTH && subject.isWellFormed()) return;
  const rule = `1 to ${MAX_SUBJECT_LENGTH} characters`;
  throw rejection('INVALID_REQUEST', ['subject'], `A subject has ${rule}.`, { allowed: [rule] });
};

const checkLifetime = (seconds: number): void => {
  if (seconds >= MIN_LIFETIME_SECONDS && seconds <= MAX_LIFETIME_SECONDS) return;
  const rule = `from ${MIN_LIFETIME_SECONDS} to ${MAX_LIFETIME_SECONDS}`;
  throw rejection('INVALID_REQUEST', ['expiresInSeconds'], `expiresInSeconds must be ${rule}.`, {
    allowed: [rule],
    suggestion: 'Issue a fresh token when one is about to expire.',
  });
};

/** What a principal may, and the tokens that it issues for users of its own. */
export class PrincipalService {
  readonly #options: PrincipalServiceOptions;

  constructor(options: PrincipalServiceOptions) {
    this.#options = options;
  }

  /** Names of the models that a principal may use; null: every one. */
  listModels({ access }: Principal): readonly string[] | null {
    return listUsableModels(access, this.#options.models);
  }

  /** Throws `FORBIDDEN` without the operation `issue`, and `INVALID_REQUEST` for a subject or a lifetime out of bounds. */
  async issueToken(principal: Principal, subject: string, lifetimeSeconds: number): Promise<IssuedToken> {
    const keyId = this.#getIssuer(principal);
    checkSubject(subject);
    checkLifetime(lifetimeSeconds);
    return this.#options.tokens.issue(keyId, subject, lifetimeSeconds * 1_000);
  }

  /** Revokes every token that this key has issued for a subject; gives how many. Throws as `issueToken` does. */
  async revokeTokens(principal: Principal, subject: string): Promise<number> {
    const keyId = this.#getIssuer(principal);
    checkSubject(subject);
    return this.#options.tokens.revoke(keyId, subject);
  }

  /** Users never have the operation: what they issued would outlive them. */
  #getIssuer(principal: Principal): string {
    requireOperation(principal, 'issue');
    if (principal.kind !== 'key' || principal.keyId === null)
      throw rejection('FORBIDDEN', [], 'Only a key of this server issues tokens.');
    return principal.keyId;
  }
}
