import {
  type AccessRules,
  DEFAULT_ACCESS,
  type ModelRule,
  type RateLimitRules,
  UNLIMITED,
} from './principal.ts';
import type { ProviderKeysMode } from './provider-keys.ts';

/** Where a claim stands in a token: its name, or the names that lead to it through objects. */
export type ClaimPath = readonly string[];

/** The claims of an identity provider's tokens that say what their users may. */
export interface ClaimMapping {
  /** Its value, or one of its values, names a role. */
  readonly role: ClaimPath | null;
  /** Its values are operations after a prefix; others are left alone. A token without it has no operation. */
  readonly operations: { readonly claim: ClaimPath; readonly prefix: string } | null;
  /** Its values are names of models. A token without it may use none. */
  readonly models: ClaimPath | null;
}

export interface KeyPolicy {
  /** SHA-256 of the key in hex; null: MODELGRAPH_API_KEYS has it. */
  readonly sha256: string | null;
  readonly access: AccessRules;
  /** What the users of its tokens may: never more than the key itself. */
  readonly users: AccessRules;
}

/** The operator's rules, as one file has them. */
export interface AccessPolicy {
  readonly keys: ReadonlyMap<string, KeyPolicy>;
  /** For users of the identity provider without any of the roles. */
  readonly users: AccessRules;
  /** In the order of the file: a user has the first one that its token names. */
  readonly roles: ReadonlyMap<string, AccessRules>;
  readonly claims: ClaimMapping;
}

/** What a user may where the operator has no rules for users. */
export const USER_ACCESS: AccessRules = { ...DEFAULT_ACCESS, operations: new Set(['read', 'generate']) };

/** The rules of a server without a file of them. */
export const NO_POLICY: AccessPolicy = {
  keys: new Map(),
  users: USER_ACCESS,
  roles: new Map(),
  claims: { role: null, operations: null, models: null },
};

const lesser = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

const lesserLimits = (a: RateLimitRules, b: RateLimitRules): RateLimitRules =>
  a === UNLIMITED
    ? b
    : b === UNLIMITED
      ? a
      : {
          requestsPerMinute: lesser(a.requestsPerMinute, b.requestsPerMinute),
          generationsAtOnce: lesser(a.generationsAtOnce, b.generationsAtOnce),
          batchesAtOnce: lesser(a.batchesAtOnce, b.batchesAtOnce),
          sockets: lesser(a.sockets, b.sockets),
          tokensPerMinute: lesser(a.tokensPerMinute, b.tokensPerMinute),
          uploadedBytesPerDay: lesser(a.uploadedBytesPerDay, b.uploadedBytesPerDay),
          storedBytesPerDay: lesser(a.storedBytesPerDay, b.storedBytesPerDay),
        };

/** Where the outer one leaves it open, the inner one says it. */
const narrowerMode = (
  outer: ProviderKeysMode | null,
  inner: ProviderKeysMode | null,
): ProviderKeysMode | null => (outer === 'off' || outer === 'required' ? outer : (inner ?? outer));

/**
 * Users may send any text where rules say so of them, and their key may: a key that may is in a server of the operator's, its
 * users' tokens are in pages.
 */
const narrowerDocuments = (
  outer: AccessRules['trustedDocuments'],
  inner: AccessRules['trustedDocuments'],
): AccessRules['trustedDocuments'] => {
  if (outer === 'only' || inner === 'only') return 'only';
  return inner === 'also' ? outer : null;
};

/** What both of two rules allow: the stricter one in everything. `outer`: of a key, `inner`: of the users of its tokens. Pure. */
export const intersectAccess = (outer: AccessRules, inner: AccessRules): AccessRules => ({
  models:
    outer.models === null || inner.models === null
      ? (outer.models ?? inner.models)
      : [...outer.models, ...inner.models],
  operations: new Set([...outer.operations].filter((operation) => inner.operations.has(operation))),
  limits: lesserLimits(outer.limits, inner.limits),
  keyLimits: outer.limits,
  budgets: [...outer.budgets, ...inner.budgets],
  trustedDocuments: narrowerDocuments(outer.trustedDocuments, inner.trustedDocuments),
  providerKeys: narrowerMode(outer.providerKeys, inner.providerKeys),
  retentionDays: lesser(outer.retentionDays, inner.retentionDays),
});

/** Rules that allow one more condition's models alone. Pure. */
export const withModelRule = (access: AccessRules, rule: ModelRule): AccessRules => ({
  ...access,
  models: [...(access.models ?? []), rule],
});
