/** Shorter ones are placeholders such as `none` and `ollama`: to hide them would spoil ordinary words. */
const MIN_LENGTH = 8;

/** What hides a secret. */
const HIDDEN = '[key]';

/** How much of a secret's beginning has to be there for it to be known, as a part of its length. */
const KNOWN_PART = 0.5;

/** How vendors quote a key: its beginning, which is at least so long, and stars. */
const STARRED_BEGINNING = 3;
const STARS = String.raw`[^\s"'*•]{0,12}[*•]{2,}`;

/** What belongs to a secret after its known beginning: the rest of it, or marks that it was cut. */
const REST = String.raw`[^\s"'<>&,;()[\]{}\\]*`;

/** How often each secret is hidden: servers in one process may have the same. */
const secrets = new Map<string, number>();
let pattern: RegExp | null = null;

const toLiteral = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

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

const toPattern = (secret: string): string => {
  const forms = formsOf(secret);
  const beginnings = forms.map((form) =>
    toLiteral(form.slice(0, Math.max(MIN_LENGTH, Math.ceil(form.length * KNOWN_PART)))),
  );
  const starred = `${toLiteral(secret.slice(0, STARRED_BEGINNING))}${STARS}`;
  const whole = forms.map(toLiteral).join('|');
  return `(?:${whole}|${[...new Set(beginnings), starred].join('|')})${REST}`;
};

const compile = (): void => {
  const patterns = [...secrets.keys()].map(toPattern);
  pattern = patterns.length === 0 ? null : new RegExp(patterns.join('|'), 'gi');
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

/** A text without the secrets that are hidden, whole, cut short or with stars in them, in any of their encodings. */
export const redactSecrets = (text: string): string =>
  pattern === null || text.length < MIN_LENGTH ? text : text.replaceAll(pattern, HIDDEN);
