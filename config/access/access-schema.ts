import { z } from 'zod';
import { OPERATIONS } from '../../src/core/principal.ts';
import { PROVIDER_KEYS_MODES } from '../../src/core/provider-keys.ts';
import { line } from '../fields.ts';

/** As many as a file may have of anything: far more than any operator writes. */
const MOST = 10_000;

/** What no budget is larger than, in US dollars. */
const MAX_BUDGET_USD = 1_000_000_000;
const MAX_TAG_LENGTH = 64;

/** Operations of keys alone: a user's token never has them. */
const OF_KEYS = new Set<string>(['issue', 'users']);

export const KEY_ID = /^[a-z0-9]{1,32}$/;
const SHA256 = /^[0-9a-f]{64}$/;

const count = z.int32().nonnegative().nullable().default(null);
const bytes = z.int().nonnegative().nullable().default(null);
const operation = z.enum(OPERATIONS, { error: `must be one of ${OPERATIONS.join(', ')}` });
const userOperation = operation.refine((name) => !OF_KEYS.has(name), 'is an operation for keys only');

const models = z.strictObject({
  names: z.array(line).max(MOST).optional(),
  providers: z.array(line).max(MOST).optional(),
  maxInputPricePerMillion: z.number().nonnegative().optional(),
});

const limits = z.strictObject({
  requestsPerMinute: count,
  generationsAtOnce: count,
  batchesAtOnce: count,
  sockets: count,
  tokensPerMinute: count,
  uploadedBytesPerDay: bytes,
  storedBytesPerDay: bytes,
});

const budget = z
  .strictObject({
    scope: z.enum(['key', 'user', 'tag']),
    period: z.enum(['day', 'month', 'total']),
    limitUsd: z.number().nonnegative().max(MAX_BUDGET_USD),
    tag: line.max(MAX_TAG_LENGTH).optional(),
  })
  .refine(({ scope, tag }) => tag === undefined || scope === 'tag', 'has a tag, and is not of the scope tag');

const budgets = z
  .array(budget)
  .max(100)
  .refine(
    (all) =>
      new Set(all.map(({ scope, period, tag }) => JSON.stringify([scope, period, tag]))).size === all.length,
    'has two budgets for the same scope, period and tag',
  );

const rules = {
  models: models.optional(),
  limits: limits.optional(),
  trustedDocuments: z.enum(['only', 'also']).optional(),
  providerKeys: z.enum(PROVIDER_KEYS_MODES).optional(),
  retentionDays: z.int().min(1).max(3_650).optional(),
};

const keyRules = { ...rules, budgets: budgets.optional(), operations: z.array(operation).optional() };

/** Of users without a key, to whom a budget of a key would not apply. */
export const USER_RULES = z.strictObject({
  ...rules,
  budgets: budgets
    .refine(
      (all) => all.every(({ scope }) => scope !== 'key'),
      'has a budget of a key, and these users have none',
    )
    .optional(),
  operations: z.array(userOperation).optional(),
});

const KEY_USER_RULES = z.strictObject({
  ...rules,
  budgets: budgets.optional(),
  operations: z
    .array(userOperation.refine((name) => name !== 'admin', "is no operation for users of a key's tokens"))
    .optional(),
});

export const KEY = z.strictObject({
  sha256: z.string().regex(SHA256, 'must be a SHA-256 in hex; `npm run key` creates one').optional(),
  ...keyRules,
  users: KEY_USER_RULES.optional(),
});

/** A claim by its name, or by the names that lead to it: names have dots and slashes in them. */
const claim = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
    error: 'must be the name of a claim, or a list of the names that lead to it',
  })
  .transform((path) => (typeof path === 'string' ? [path] : path));

const recordOf = <T extends z.ZodType>(value: T, things: string) =>
  z
    .record(z.string(), value)
    .refine((record) => Object.keys(record).length <= MOST, `must have no more than ${MOST} ${things}`);

/** The file as a whole. */
export const FILE = z.strictObject({
  keys: recordOf(KEY, 'keys')
    .refine((keys) => Object.keys(keys).every((id) => KEY_ID.test(id)), {
      error: 'has a key whose id is not 1 to 32 lower-case letters and digits',
    })
    .optional(),
  users: USER_RULES.optional(),
  roles: recordOf(USER_RULES, 'roles').optional(),
  claims: z
    .strictObject({
      role: claim.optional(),
      operations: z
        .union([claim, z.strictObject({ claim, prefix: z.string() })], {
          error: 'must be the name of a claim, a list of names, or an object of a claim and a prefix',
        })
        .optional(),
      models: claim.optional(),
    })
    .optional(),
});

export type Rules = z.output<typeof USER_RULES>;
export type Key = z.output<typeof KEY>;
export type File = z.output<typeof FILE>;
export type Claims = NonNullable<File['claims']>;
