import { redactKeys } from '../../src/lib/redact-keys.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };

const REMOVED = '[removed]';

/** Fields that identify an account or its users, with any value. Lower case, without separators. */
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set([
  'account',
  'accountid',
  'apikey',
  'authorization',
  'cookie',
  'email',
  'organisation',
  'organization',
  'organizationid',
  'orgid',
  'project',
  'projectid',
  'promptcachekey',
  'safetyidentifier',
  'setcookie',
  'team',
  'teamid',
  'token',
  'user',
  'userid',
  'workspace',
  'workspaceid',
]);

/** Opaque state that a vendor expects back. Its content is unknown and may be private. */
const OPAQUE_FIELDS: ReadonlySet<string> = new Set(['encryptedcontent', 'signature', 'thoughtsignature']);

/** Patterns of account names and the like inside texts, each with its replacement. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b(org|proj|user|acct|team|wrkspc)[-_][A-Za-z0-9]{6,}/g, REMOVED],
  [/\b(Team|API key ID): [^,\s]+/g, `$1: ${REMOVED}`],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, REMOVED],
  [/\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/g, REMOVED],
  [/\bAIza[\w-]{10,}/g, '[key]'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, REMOVED],
];

const isIdField = (field: string): boolean => /^id$|_id$|[a-z]Id$/.test(field);
const plain = (field: string): string => field.toLowerCase().replaceAll(/[^a-z]/g, '');

/** Whether a value is long enough to be random. Names that people chose (of tools, of models) are kept. */
const isRandom = (value: string): boolean =>
  value.length >= 16 && /\d/.test(value) && /^[\w:+/=.-]+$/.test(value);

const walk = (value: Json, visit: (field: string, text: string) => void, field = ''): void => {
  if (typeof value === 'string') visit(field, value);
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) walk(item, visit, field);
  else if (typeof value === 'object' && value !== null)
    for (const [name, part] of Object.entries(value)) walk(part, visit, name);
};

/** Names for random ids, in the order of their appearance: the same id has the same name everywhere. */
const nameIds = (values: readonly Json[]): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  for (const value of values)
    walk(value, (field, text) => {
      if (!isIdField(field) || !isRandom(text) || names.has(text)) return;
      const prefix = /^([a-z]{2,12})[-_]/i.exec(text)?.[1]?.toLowerCase() ?? 'id';
      names.set(text, `${prefix}_${names.size + 1}`);
    });
  return names;
};

export interface Scrubbing {
  /** Known secrets: the key that was used. */
  readonly secrets: readonly string[];
}

/** Removes secrets from texts. The ids of all given values share one set of names. */
export const createScrub = (values: readonly Json[], { secrets }: Scrubbing) => {
  const names = nameIds(values);
  let opaque = 0;
  const scrubText = (text: string): string => {
    let clean = text;
    for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[key]');
    for (const [id, name] of names) clean = clean.replaceAll(id, name);
    for (const [pattern, instead] of TEXTS) clean = clean.replaceAll(pattern, instead);
    return redactKeys(clean) ?? '';
  };
  const scrub = (value: Json, field = ''): Json => {
    const name = plain(field);
    if (ACCOUNT_FIELDS.has(name) && value !== null) return REMOVED;
    if (typeof value === 'string') {
      if (!OPAQUE_FIELDS.has(name) || value === '') return scrubText(value);
      opaque += 1;
      return Buffer.from(`opaque-${opaque}`).toString('base64');
    }
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => scrub(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name_, part]) => [
        name_,
        isRedactedReasoning(value) && name_ === 'data' ? scrub(part, 'signature') : scrub(part, name_),
      ]),
    );
  };
  return { scrub, scrubText };
};

const isRedactedReasoning = (value: Json): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value['type'] === 'redacted_thinking';

const LEFTOVERS: readonly RegExp[] = [
  /\b(sk|gsk|xai|pplx)-?_?[A-Za-z0-9]{16,}/,
  /Bearer (?!\[key\])\S+/i,
  /\borg-[A-Za-z0-9]{6,}/,
  /\breq_[A-Za-z0-9]{12,}/,
];

/** Throws if a text still contains a secret, so that no fixture with a key is written. */
export const assertScrubbed = (text: string, { secrets }: Scrubbing): void => {
  const found = [
    ...secrets.filter((secret) => secret !== '' && text.includes(secret)).map(() => 'the key itself'),
    ...LEFTOVERS.filter((pattern) => pattern.test(text)).map(String),
  ];
  if (found.length > 0)
    throw new Error(`nothing was written, because the fixture would contain a secret: ${found.join(', ')}`);
};
