import type { ProviderKeysMode } from './provider-keys.ts';

/** Who asks: the one local caller of a server without keys, a key of this server, or a user by a token. */
export const PRINCIPAL_KINDS = ['anonymous', 'key', 'user'] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/**
 * What a principal may do.
 * - `read`: see its own generations and batches, and follow them.
 * - `generate`: check requests, start, follow, continue and cancel generations.
 * - `batch`: submit, follow and cancel batches.
 * - `admin`: see who owns a generation, and the generations of others without their content.
 * - `issue`: create and revoke tokens for users of its own.
 * - `users`: see the generations and batches of the users whose tokens it has issued.
 */
export const OPERATIONS = ['read', 'generate', 'batch', 'admin', 'issue', 'users'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Conditions that a model has to meet, all of them; null: any. */
export interface ModelRule {
  /** Names as an operator writes them: aliases and upstream ids stand for the models that they lead to. */
  readonly names: readonly string[] | null;
  readonly providers: readonly string[] | null;
  /** US dollars, by the price in force. A model without a known price does not meet it. */
  readonly maxInputPricePerMillion: number | null;
}

/** Rules for models, every one of which has to allow a model. */
export type ModelAccess = readonly ModelRule[];

/** The most of each for one principal; null: as much as it asks for. */
export interface RateLimitRules {
  readonly requestsPerMinute: number | null;
  readonly generationsAtOnce: number | null;
  readonly batchesAtOnce: number | null;
  readonly sockets: number | null;
  /** Input and output of all its generations. */
  readonly tokensPerMinute: number | null;
  readonly uploadedBytesPerDay: number | null;
  readonly storedBytesPerDay: number | null;
}

export interface BudgetRule {
  /** `key`: of a key and all users of its tokens together; `user`: of each user; `tag`: of a tag of the metadata. */
  readonly scope: 'key' | 'user' | 'tag';
  readonly period: 'day' | 'month' | 'total';
  readonly limitUsd: number;
  /** Of the scope `tag`: the tag it is for. Left out: each tag has one of its own. */
  readonly tag?: string;
}

export interface AccessRules {
  /** null: every model of the catalogue. */
  readonly models: ModelAccess | null;
  readonly operations: ReadonlySet<Operation>;
  /** Of the principal alone; of a key: of the key and all users of its tokens together. */
  readonly limits: RateLimitRules;
  /** Of the users of a key's tokens: those of the key, which its users count against together. */
  readonly keyLimits: RateLimitRules;
  readonly budgets: readonly BudgetRule[];
  /** null: as the server is set. */
  readonly trustedDocuments: 'only' | 'also' | null;
  /** Whether it brings keys of its own for providers; null: as the server is set. */
  readonly providerKeys: ProviderKeysMode | null;
  /** Days for which its generations and batches are kept after their end; null: as the server is set. */
  readonly retentionDays: number | null;
}

export interface Principal {
  /** What records belong to, at most 200 characters: `local`, the id of a key, or `user:<issuer>:<subject>`. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** The key itself, or the key that issued the user's token; null for users of an identity provider and without keys. */
  readonly keyId: string | null;
  /** The subject of a user's token; null for others. */
  readonly userId: string | null;
  readonly access: AccessRules;
  /** Milliseconds since 1970; null: its credentials do not expire. */
  readonly expiresAtMs: number | null;
}

export const UNLIMITED: RateLimitRules = {
  requestsPerMinute: null,
  generationsAtOnce: null,
  batchesAtOnce: null,
  sockets: null,
  tokensPerMinute: null,
  uploadedBytesPerDay: null,
  storedBytesPerDay: null,
};

/** What a key may that the operator has no rules for, and what everyone may where there are no keys. */
export const DEFAULT_ACCESS: AccessRules = {
  models: null,
  operations: new Set(['read', 'generate', 'batch']),
  limits: UNLIMITED,
  keyLimits: UNLIMITED,
  budgets: [],
  trustedDocuments: null,
  providerKeys: null,
  retentionDays: null,
};

/** The principal of every request where neither keys nor an identity provider are set. */
export const LOCAL_PRINCIPAL: Principal = {
  id: 'local',
  kind: 'anonymous',
  keyId: null,
  userId: null,
  access: DEFAULT_ACCESS,
  expiresAtMs: null,
};

export const toKeyPrincipal = (id: string, access: AccessRules = DEFAULT_ACCESS): Principal => ({
  id,
  kind: 'key',
  keyId: id,
  userId: null,
  access,
  expiresAtMs: null,
});

/** What the id of each user of a key's tokens begins with, and no other id: a key has neither `:` nor `-` in its id. */
export const usersOf = (keyId: string): string => `user:${keyId}:`;
