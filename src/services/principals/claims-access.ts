import { type AccessPolicy, type ClaimPath, withModelRule } from '../../core/access-policy.ts';
import type { AccessRules } from '../../core/principal.ts';
import { isRecord } from '../../lib/is-record.ts';

type Claims = Readonly<Record<string, unknown>>;

/** The values of a claim: of a list, or of a text with spaces between them, as OAuth has scopes. Empty: there are none. */
const valuesOf = (claims: Claims, path: ClaimPath): readonly string[] => {
  let at: unknown = claims;
  for (const name of path) at = isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  if (typeof at === 'string') return at.split(' ').filter((value) => value !== '');
  return Array.isArray(at) ? at.filter((value) => typeof value === 'string') : [];
};

const rulesOf = ({ users, roles, claims: { role } }: AccessPolicy, claims: Claims): AccessRules => {
  if (role === null) return users;
  const named = new Set(valuesOf(claims, role));
  for (const [name, rules] of roles) if (named.has(name)) return rules;
  return users;
};

/** What a user may: the rules of its role, of which its claims can only take away. Pure. */
export const toClaimsAccess = (policy: AccessPolicy, claims: Claims): AccessRules => {
  const { operations, models } = policy.claims;
  let access = rulesOf(policy, claims);
  if (operations !== null) {
    const { claim, prefix } = operations;
    const granted = new Set(valuesOf(claims, claim));
    const kept = [...access.operations].filter((operation) => granted.has(prefix + operation));
    access = { ...access, operations: new Set(kept) };
  }
  if (models !== null) {
    const names = valuesOf(claims, models);
    access = withModelRule(access, { names, providers: null, maxInputPricePerMillion: null });
  }
  return access;
};
