/** Shorter ones are placeholders such as `none` and `ollama`: to hide them would spoil ordinary words. */
const MIN_LENGTH = 8;

/** What hides a secret. */
const HIDDEN = '[key]';

/** How much of a secret's beginning or end has to be there for it to be known, as a part of its length. */
const KNOWN_PART = 0.5;

/** How vendors quote a key: its beginning, which is at least so long, and stars. */
const STARRED_BEGINNING = 3;
const STARS = String.raw`[^\s"'*•]{0,12}[*•]{2,}`;

/** What belongs to a secret after its known beginning: the rest of it, or marks that it was cut. */
const REST = String.raw`[^\s"'<>&,;()[\]{}\\]*`;

/** How often each secret is hidden: servers in one process may have the same. */
const secrets = new Map<string, number>();
let pattern: RegExp | null = null;
let whole: RegExp | null = null;
/** Slow on every text: looked for where `unwrap` shows that there is one. */
let wrapped: RegExp | null = null;

const toLiteral = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** What wraps a long word, as it is or in JSON. */
const GAP = String.raw`(?:[\s\u200B-\u200D\u2060\uFEFF]|\\[nrt])`;
const GAPS = new RegExp(GAP, 'g');

/** A character as addresses, HTML and JSON escape it. */
const ESCAPED = /%([\da-f]{2})|&#x([\da-f]{1,6});?|\\u([\da-f]{4})|&#(\d{1,7});?/gi;

const toCharacter = (escaped: string, ...codes: readonly (string | undefined)[]): string => {
  const [address, entity, json, decimal] = codes;
  return String.fromCharCode(
    decimal === undefined ? parseInt(address ?? entity ?? json ?? escaped, 16) : Number(decimal),
  );
};

/** A text as one word, in which nothing is escaped. */
const unwrap = (text: string): string => text.replaceAll(ESCAPED, toCharacter).replaceAll(GAPS, '');

const toEscapable = (character: string): string => {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  const json = String.raw`\\u${hex.padStart(4, '0')}`;
  return `(?:${toLiteral(character)}|%${hex.padStart(2, '0')}|&#(?:0*${code}|x0*${hex});?|${json})`;
};

/** A secret whichever of its characters are escaped, and wherever it is wrapped. */
const toWrapped = (secret: string): string => secret.split('').map(toEscapable).join(`${GAP}*`);

/** The characters of base64 that a secret alone determines, where so many bytes stand before it. */
const toBase64 = (secret: string, before: number): string => {
  const bytes = Buffer.from(secret);
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
};

/** A secret as it is, in an address, in JSON, in hex and in base64, wherever in a text that was encoded whole. */
const formsOf = (secret: string): readonly string[] => {
  const base64 = [0, 1, 2].map((before) => toBase64(secret, before));
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('hex'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
};

const knownLengthOf = (form: string): number => Math.max(MIN_LENGTH, Math.ceil(form.length * KNOWN_PART));

const toPattern = (secret: string): string => {
  const forms = formsOf(secret);
  const parts = forms.flatMap((form) => [
    form.slice(0, knownLengthOf(form)),
    form.slice(-knownLengthOf(form)),
  ]);
  const starred = `${toLiteral(secret.slice(0, STARRED_BEGINNING))}${STARS}`;
  const literal = [...forms, ...new Set(parts)].map(toLiteral);
  return `(?:${[...literal, starred].join('|')})${REST}`;
};

const toRegExp = (patterns: readonly string[]): RegExp | null =>
  patterns.length === 0 ? null : new RegExp(patterns.join('|'), 'gi');

const compile = (): void => {
  const all = [...secrets.keys()];
  pattern = toRegExp(all.map(toPattern));
  whole = toRegExp(all.map(toLiteral));
  wrapped = toRegExp(all.map(toWrapped));
};

/**
 * Has `redactSecrets` hide them, in this whole process, until the returned function is called. Vendors quote the keys that they
 * were sent, in any field and any encoding, and their words become errors in code that knows no settings.
 */
export const hideSecrets = (hidden: readonly string[]): (() => void) => {
  const own = hidden.filter((secret) => secret.length >= MIN_LENGTH);
  for (const secret of own) secrets.set(secret, (secrets.get(secret) ?? 0) + 1);
  compile();
  return () => {
    for (const secret of own.splice(0)) {
      const count = (secrets.get(secret) ?? 1) - 1;
      if (count === 0) secrets.delete(secret);
      else secrets.set(secret, count);
    }
    compile();
  };
};

interface PassingSecret {
  count: number;
  /** Made once a text has to be searched for it. */
  pattern: RegExp | null;
}

/** Secrets that come and go with requests. Each has a pattern of its own, so that one that comes costs the others nothing. */
const passing = new Map<string, PassingSecret>();

/** The same as `hideSecrets` for secrets that are hidden for a short time: cheap to begin and to end, however many there are. */
export const hidePassingSecrets = (hidden: readonly string[]): (() => void) => {
  const own = hidden.filter((secret) => secret.length >= MIN_LENGTH);
  for (const secret of own) {
    const known = passing.get(secret);
    if (known === undefined) passing.set(secret, { count: 1, pattern: null });
    else known.count += 1;
  }
  return () => {
    for (const secret of own.splice(0)) {
      const known = passing.get(secret);
      if (known === undefined) continue;
      known.count -= 1;
      if (known.count === 0) passing.delete(secret);
    }
  };
};

const redactPassing = (text: string): string => {
  if (passing.size === 0) return text;
  let redacted = text;
  for (const [secret, known] of passing) {
    known.pattern ??= new RegExp(toPattern(secret), 'gi');
    redacted = redacted.replaceAll(known.pattern, HIDDEN);
  }
  const unwrapped = unwrap(redacted).toLowerCase();
  for (const secret of passing.keys())
    if (unwrapped.includes(secret.toLowerCase()))
      redacted = redacted.replaceAll(new RegExp(toWrapped(secret), 'gi'), HIDDEN);
  return redacted;
};

const redactLasting = (text: string): string => {
  if (pattern === null || whole === null || wrapped === null) return text;
  const redacted = text.replaceAll(pattern, HIDDEN);
  const isWrapped = unwrap(redacted).search(whole) !== -1;
  return isWrapped ? redacted.replaceAll(wrapped, HIDDEN) : redacted;
};

/** A text without the secrets that are hidden, whole, cut short, wrapped or with stars in them, in any of their encodings. */
export const redactSecrets = (text: string): string =>
  text.length < MIN_LENGTH ? text : redactPassing(redactLasting(text));
