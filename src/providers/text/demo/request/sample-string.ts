import { findAnswerOn } from './subjects.ts';
import type { PromptFacts } from './prompt-facts.ts';
import { type JsonObject, numberOf } from './sample-schema.ts';

const STRING_OF_FORMAT: ReadonlyMap<string, string> = new Map([
  ['date', '2026-01-01'],
  ['time', '12:00:00Z'],
  ['date-time', '2026-01-01T12:00:00Z'],
  ['duration', 'P1D'],
  ['email', 'demo@example.com'],
  ['hostname', 'example.com'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
]);

/** What a text field is for, by the words of its name. */
const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ['origin', ['from', 'origin', 'departure', 'source']],
  ['destination', ['to', 'destination', 'arrival', 'target']],
  [
    'place',
    [
      'city',
      'location',
      'place',
      'town',
      'where',
      'region',
      'country',
      'address',
      'airport',
      'venue',
      'birthplace',
      'hometown',
    ],
  ],
  ['title', ['title', 'headline', 'heading', 'subject', 'topic']],
  ['person', ['person', 'author', 'recipient', 'customer', 'user', 'guest', 'contact', 'who']],
  ['email', ['email', 'mail']],
  ['url', ['url', 'uri', 'link', 'website', 'href']],
  ['date', ['date', 'day', 'when', 'deadline']],
  ['time', ['time', 'hour']],
  ['query', ['query', 'question', 'search', 'prompt', 'q', 'term', 'input', 'phrase']],
  ['expression', ['expression', 'formula', 'equation', 'calculation']],
  ['keyword', ['keyword', 'tag', 'label', 'category']],
  [
    'prose',
    [
      'summary',
      'description',
      'answer',
      'explanation',
      'body',
      'content',
      'message',
      'reason',
      'details',
      'conclusion',
      'abstract',
      'text',
    ],
  ],
  ['unit', ['unit', 'units', 'scale']],
  ['currency', ['currency']],
  ['language', ['language', 'locale', 'lang']],
  ['id', ['id', 'identifier', 'key', 'code', 'number', 'reference']],
];

const KIND_OF_WORD = new Map(KINDS.flatMap(([kind, names]) => names.map((name) => [name, kind] as const)));

const kindOf = (words: readonly string[]): string | undefined => {
  // The last word of a name says what it is; of the name of something, the word before.
  const last = words.findLast((word) => KIND_OF_WORD.has(word));
  const kind = last === undefined ? undefined : KIND_OF_WORD.get(last);
  if (kind !== undefined || words.at(-1) !== 'name') return kind;
  return words.length === 1 ? 'person' : 'thing';
};

/** In UTF-16 code units: no answer has room for a longer text. */
const MAX_LENGTH = 100_000;

/** The text at its length. A text that is too short is filled up. */
export const toLength = (text: string, schema: JsonObject): string => {
  const least = Math.min(numberOf(schema['minLength']) ?? 0, MAX_LENGTH);
  return text.padEnd(least, '.').slice(0, numberOf(schema['maxLength']));
};

const toTitle = (text: string): string => {
  const title = text
    .split(/\s+/)
    .slice(0, 8)
    .join(' ')
    .replace(/[?!.,;:]+$/, '');
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
};

const claim = (found: readonly string[], used: Set<unknown>): string | undefined => {
  const free = found.find((text) => !used.has(text));
  if (free !== undefined) used.add(free);
  return free;
};

const fromFormat = (format: string, { dates, times, emails, urls }: PromptFacts): string | undefined => {
  const [date] = dates;
  const [time] = times;
  switch (format) {
    case 'date':
      return date;
    case 'time':
      return time === undefined ? undefined : `${time}Z`;
    case 'date-time':
      return date === undefined ? undefined : `${date}T${time ?? '12:00:00'}Z`;
    case 'email':
      return emails[0];
    case 'uri':
      return urls[0];
    default:
      return undefined;
  }
};

/** What the prompt says for a text field of that name; undefined where it says nothing. Each name is used once. */
export const findText = (
  schema: JsonObject,
  words: readonly string[],
  facts: PromptFacts,
  used: Set<unknown>,
): string | undefined => {
  const { format } = schema;
  if (typeof format === 'string') return fromFormat(format, facts);
  const { namesAfter, names, quotations } = facts;
  switch (kindOf(words)) {
    case 'origin':
      return claim([namesAfter.get('from') ?? [], names].flat(), used);
    case 'destination':
      return claim([namesAfter.get('to') ?? [], names].flat(), used);
    case 'place':
      return claim([namesAfter.get('in') ?? [], namesAfter.get('at') ?? [], names].flat(), used);
    case 'person':
      return claim(
        [...quotations, namesAfter.get('for') ?? [], namesAfter.get('by') ?? [], names].flat(),
        used,
      );
    case 'thing':
      return claim([quotations, namesAfter.get('at') ?? []].flat(), used);
    case 'title':
      return quotations[0];
    case 'email':
      return facts.emails[0];
    case 'url':
      return facts.urls[0];
    case 'date':
      return facts.dates[0] ?? facts.relativeDates[0];
    case 'time':
      return facts.times[0]?.slice(0, 5);
    case 'unit':
      return claim(facts.units, used);
    case 'expression':
      return facts.expressions[0];
    case 'keyword':
      return claim(facts.keywords, used);
    default:
      return undefined;
  }
};

const WARMTH = ['weather', 'temperature', 'warm', 'cold', 'forecast', 'degrees'];

const COMMAND = /^(?:please )?(?:(?:search|look|google|find)(?: (?:for|up|out))?|tell me about) +/i;

const toQuery = (text: string): string =>
  text
    .slice(0, 200)
    .replace(COMMAND, '')
    .replace(/[?!.]+$/, '');

/** A text that a reader takes for an answer, where the prompt says nothing for the field. */
const inventText = (words: readonly string[], { text, keywords }: PromptFacts, variant: number): string => {
  const name = words.join(' ');
  const plainText = text.replace(/\s+/g, ' ');
  switch (kindOf(words)) {
    case 'origin':
      return 'Lisbon';
    case 'destination':
    case 'place':
      return ['Paris', 'Rome', 'Kyoto'][variant] ?? `Place ${variant + 1}`;
    case 'title':
      return plainText === '' ? 'A scripted title' : toTitle(plainText);
    case 'person':
      return ['Ada Lovelace', 'Alan Turing', 'Grace Hopper'][variant] ?? `Person ${variant + 1}`;
    case 'email':
      return 'demo@example.com';
    case 'url':
      return 'https://example.com/';
    case 'date':
      return '2026-01-01';
    case 'time':
      return '12:00';
    case 'query':
      return toQuery(plainText) || name;
    case 'prose':
      return (
        findAnswerOn(text)?.opening ??
        `A scripted ${name}: the demo wrote it for "${toTitle(plainText)}", and no language model was asked.`
      );
    case 'unit':
      return keywords.some((word) => WARMTH.includes(word)) ? 'celsius' : 'units';
    case 'expression':
      return '6 * 7';
    case 'currency':
      return 'EUR';
    case 'language':
      return 'en';
    case 'id':
      return `demo-${variant + 1}`;
    default: {
      const thing = words.filter((word) => word !== 'name').join(' ');
      return `${thing.charAt(0).toUpperCase()}${thing.slice(1)} ${variant + 1}`;
    }
  }
};

/** For a field without a name: of a schema that is a text by itself. */
const plain = (variant: number): string => (variant === 0 ? 'demo' : `demo-${variant + 1}`);

export const sampleString = (
  schema: JsonObject,
  words: readonly string[],
  facts: PromptFacts | null,
  variant: number,
): string => {
  const { format } = schema;
  const known = typeof format === 'string' ? STRING_OF_FORMAT.get(format) : undefined;
  if (known !== undefined) return known;
  const text = facts === null || words.length === 0 ? plain(variant) : inventText(words, facts, variant);
  return toLength(text, schema);
};
