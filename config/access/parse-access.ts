import {
  type AccessPolicy,
  type ClaimMapping,
  intersectAccess,
  type KeyPolicy,
  USER_ACCESS,
} from '../../src/core/access-policy.ts';
import { type AccessRules, DEFAULT_ACCESS, type ModelAccess, UNLIMITED } from '../../src/core/principal.ts';
import type { ApiKeySetting } from '../settings.ts';
import { createReport, parseAt, type Report } from '../parse-at.ts';
import { type Claims, FILE, type File, type Key, type Rules } from './access-schema.ts';

/** The rules of a file with what is wrong with them; null: they hold for nothing. */
export interface ParsedAccess {
  readonly policy: AccessPolicy | null;
  readonly problems: readonly string[];
}

const toModelAccess = ({ models }: Rules): ModelAccess | null =>
  models === undefined
    ? null
    : [
        {
          names: models.names ?? null,
          providers: models.providers?.map((name) => name.toLowerCase()) ?? null,
          maxInputPricePerMillion: models.maxInputPricePerMillion ?? null,
        },
      ];

/** Rules whose operations, where the file names none, are those of `base`. */
const toAccess = (rules: Rules, base: AccessRules): AccessRules => ({
  models: toModelAccess(rules),
  operations: rules.operations === undefined ? base.operations : new Set(rules.operations),
  limits: rules.limits ?? UNLIMITED,
  keyLimits: UNLIMITED,
  budgets: (rules.budgets ?? []).map(({ tag, ...budget }) =>
    tag === undefined ? budget : { ...budget, tag },
  ),
  trustedDocuments: rules.trustedDocuments ?? null,
  providerKeys: rules.providerKeys ?? null,
  retentionDays: rules.retentionDays ?? null,
});

const toKeyPolicy = ({ sha256, users = {}, ...rules }: Key): KeyPolicy => {
  const access = toAccess(rules, DEFAULT_ACCESS);
  return { sha256: sha256 ?? null, access, users: intersectAccess(access, toAccess(users, USER_ACCESS)) };
};

const toClaims = ({ role, operations, models }: Claims): ClaimMapping => ({
  role: role ?? null,
  operations:
    operations === undefined
      ? null
      : Array.isArray(operations)
        ? { claim: operations, prefix: '' }
        : operations,
  models: models ?? null,
});

const checkKeys = (
  keys: Readonly<Record<string, Key>>,
  apiKeys: readonly ApiKeySetting[],
  report: Report,
): void => {
  const known = new Map(apiKeys.map(({ id, sha256 }) => [id, sha256]));
  for (const [id, { sha256 }] of Object.entries(keys)) {
    const set = known.get(id);
    if (sha256 === undefined && set === undefined)
      report(['keys', id, 'sha256'], 'is missing, and MODELGRAPH_API_KEYS has no key of this id');
    if (sha256 !== undefined && set !== undefined && sha256 !== set)
      report(['keys', id, 'sha256'], 'is another one than MODELGRAPH_API_KEYS has for this id');
  }
};

export interface AccessContext {
  /** As the operator names the file. */
  readonly file: string;
  readonly apiKeys: readonly ApiKeySetting[];
  /** Whether users of an identity provider are let in. */
  readonly hasUsers: boolean;
  /** Whether the server has trusted documents. */
  readonly hasDocuments: boolean;
}

/** Where rules allow trusted documents alone: on a server that has none, nothing could be executed. */
const placesOfOnly = ({ keys = {}, users = {}, roles = {} }: File): readonly (readonly string[])[] => {
  const placed: readonly (readonly [readonly string[], Pick<Rules, 'trustedDocuments'>])[] = [
    ...Object.entries(keys).flatMap(([id, key]) => [
      [['keys', id], key] as const,
      [['keys', id, 'users'], key.users ?? {}] as const,
    ]),
    [['users'], users],
    ...Object.entries(roles).map(([name, rules]) => [['roles', name], rules] as const),
  ];
  return placed.flatMap(([place, { trustedDocuments }]) =>
    trustedDocuments === 'only' ? [[...place, 'trustedDocuments']] : [],
  );
};

/** The rules of a file, taken as a whole or not at all: with any problem there is no policy. */
export const parseAccess = (value: unknown, context: AccessContext): ParsedAccess => {
  const { file, apiKeys, hasUsers, hasDocuments } = context;
  const problems: string[] = [];
  const report = createReport(file, problems);
  const given = parseAt(FILE, value, [], report);
  if (given === undefined) return { policy: null, problems };
  const { keys = {}, users, roles = {}, claims = {} } = given;
  checkKeys(keys, apiKeys, report);
  if (!hasUsers && (users !== undefined || given.roles !== undefined || given.claims !== undefined))
    report([], 'has rules for users of an identity provider, and none is set: see MODELGRAPH_JWT_ISSUER');
  if (given.roles !== undefined && claims.role === undefined)
    report(['roles'], 'are given to no token: claims.role names the claim that does');
  if (!hasUsers && apiKeys.length === 0 && Object.keys(keys).length === 0)
    report([], 'has no key, and neither MODELGRAPH_API_KEYS nor an identity provider is set');
  for (const place of hasDocuments ? [] : placesOfOnly(given))
    report(place, 'is "only", and the server has no documents: see MODELGRAPH_TRUSTED_DOCUMENTS');
  if (problems.length > 0) return { policy: null, problems };
  const policy: AccessPolicy = {
    keys: new Map(Object.entries(keys).map(([id, key]) => [id, toKeyPolicy(key)])),
    users: toAccess(users ?? {}, USER_ACCESS),
    roles: new Map(Object.entries(roles).map(([name, rules]) => [name, toAccess(rules, USER_ACCESS)])),
    claims: toClaims(claims),
  };
  return { policy, problems };
};
