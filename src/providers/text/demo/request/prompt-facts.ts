/** Of a prompt, in UTF-16 code units, that is read for facts. */
const MAX_READ_LENGTH = 2_000;

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const NUMBER_WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** More than any question has: each number is held against each property of a schema. */
const MAX_NUMBERS = 50;

/** Capitalised words that name no place, person or thing. */
const ORDINARY =
  /^(?:I|A|An|The|In|On|At|For|To|From|And|Or|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Celsius|Fahrenheit|Kelvin|JSON|January|February|March|April|May|June|July|August|September|October|November|December)$/;
const NOT_A_PLACE =
  /^(?:a|an|the|my|me|this|that|it|us|them|now|celsius|fahrenheit|days?|hours?|today|tomorrow|json)$/i;

/** Words that a sentence begins with before it comes to a name. */
const OPENING =
  /^(?:What|Which|Who|Where|When|Why|How|Is|Are|Was|Were|Do|Does|Did|Can|Could|Will|Would|Should|Compare|Show|Tell|Find|Give|Get|List|Book|Search|Email|Send|Plan|Write|Translate|Summari[sz]e|Describe|Explain|Extract|Create|Make|Convert|Weather|Please|Hello|Hi|Hey|Dear|Let|Use|Call|Visit|In|On|At|For|From|To|And|Or|The|A|An|My)(?: |$)/;

const CAPITALISED = String.raw`\p{Lu}[\p{L}'’-]*`;
const PROPER_NAME = new RegExp(
  String.raw`(?<![\p{L}\d])${CAPITALISED}(?: (?:(?:de|la|del|of|upon|am|van|von) )?${CAPITALISED}){0,4}`,
  'gu',
);

export interface PromptNumber {
  readonly value: number;
  /** The words beside it, in lower case; empty where there is none. */
  readonly before: string;
  readonly after: string;
  /** Whether a sign of a currency stands before it. */
  readonly isMoney: boolean;
}

/** What a prompt says outright, each kind in the order of the text. */
export interface PromptFacts {
  /** The beginning of the prompt, trimmed. */
  readonly text: string;
  readonly names: readonly string[];
  /** Names, by the preposition before them in lower case, where there is one. */
  readonly namesAfter: ReadonlyMap<string, string>;
  readonly quotations: readonly string[];
  readonly numbers: readonly PromptNumber[];
  /** `YYYY-MM-DD`. */
  readonly dates: readonly string[];
  /** `HH:MM:SS`. */
  readonly times: readonly string[];
  readonly emails: readonly string[];
  readonly urls: readonly string[];
  /** Units: the words after numbers, and the last word of "… to kilometres". */
  readonly units: readonly string[];
  readonly expressions: readonly string[];
  /** In lower case: `tomorrow`, `next week`. */
  readonly relativeDates: readonly string[];
  /** Longer words that are no names of questions and commands, in lower case, each once. */
  readonly keywords: readonly string[];
}

const pad = (value: number | string): string => String(value).padStart(2, '0');

const isDate = (date: string): boolean => !Number.isNaN(Date.parse(`${date}T00:00:00Z`));

const toDate = (year: string, month: string, day: string): string =>
  `${year}-${pad(MONTHS.findIndex((name) => name.startsWith(month.toLowerCase().slice(0, 3))) + 1)}-${pad(day)}`;

const MONTH = String.raw`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?`;
const DATES: readonly (readonly [RegExp, (match: RegExpMatchArray) => string])[] = [
  [/\b\d{4}-\d{2}-\d{2}\b/g, ([date]) => date],
  [
    new RegExp(String.raw`\b(\d{1,2})(?:st|nd|rd|th)? (?:of )?${MONTH},? (\d{4})\b`, 'gi'),
    ([, day = '', month = '', year = '']) => toDate(year, month, day),
  ],
  [
    new RegExp(String.raw`\b${MONTH} (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b`, 'gi'),
    ([, month = '', day = '', year = '']) => toDate(year, month, day),
  ],
];

const TIME =
  /\b([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?: ?([ap])\.?m\b)?|\b(1[0-2]|[1-9]) ?([ap])\.?m\b/gi;

const toTime = ([, hour, minute, second, half, bareHour, bareHalf]: RegExpMatchArray): string => {
  const afternoon = (half ?? bareHalf ?? '').toLowerCase();
  const given = Number(hour ?? bareHour);
  const hours = afternoon === '' ? given : (given % 12) + (afternoon === 'p' ? 12 : 0);
  return `${pad(hours)}:${minute ?? '00'}:${second ?? '00'}`;
};

const NUMBER = new RegExp(
  String.raw`(\p{L}{0,40})[^\p{L}\d]{0,3}(?<![\p{L}\d.])(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?|\b(?:${NUMBER_WORDS.join('|')})\b)[^\p{L}\d]{0,2}(?=(\p{L}*))`,
  'giu',
);

const readNumbers = (text: string): readonly PromptNumber[] =>
  [...text.matchAll(NUMBER)].map(([whole, before = '', digits = '', after = '']) => {
    const word = NUMBER_WORDS.indexOf(digits.toLowerCase());
    const value = word === -1 ? Number(digits.replaceAll(',', '')) : word;
    const isMoney = /[$€£¥] ?-?\d/.test(whole);
    return { value, before: before.toLowerCase(), after: after.toLowerCase(), isMoney };
  });

const PREPOSITIONS = ['in', 'at', 'near', 'to', 'from', 'for', 'of', 'by'];

const startsSentence = (text: string, index: number): boolean =>
  index === 0 || /[.?!:\n"“]\s*$/.test(text.slice(Math.max(0, index - 4), index));

const readNames = (text: string): Pick<PromptFacts, 'names' | 'namesAfter'> => {
  const names: string[] = [];
  const namesAfter = new Map<string, string>();
  for (const { 0: found, index } of text.matchAll(PROPER_NAME)) {
    const isFirst = startsSentence(text, index);
    const name = (isFirst ? found.replace(OPENING, '') : found).replace(/['’-]+$/, '');
    // A capital alone makes no name of the first word of a sentence.
    if (name === '' || ORDINARY.test(name) || (isFirst && name === found && !name.includes(' '))) continue;
    names.push(name);
    const before = `${text.slice(Math.max(0, index - 12), index)}${found.slice(0, found.length - name.length)}`;
    const preposition = /(\p{L}+)\s+$/u.exec(before)?.[1]?.toLowerCase();
    if (preposition !== undefined && PREPOSITIONS.includes(preposition) && !namesAfter.has(preposition))
      namesAfter.set(preposition, name);
  }
  // Typed in a hurry: "weather in paris".
  if (names.length === 0)
    for (const [, preposition = '', word = ''] of text.matchAll(
      /\b(in|near|at|to|from|for)\s+(\p{L}{3,40})/giu,
    ))
      if (!NOT_A_PLACE.test(word)) {
        const name = `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
        names.push(name);
        namesAfter.set(preposition.toLowerCase(), name);
      }
  return { names, namesAfter };
};

const EXPRESSION = /[\d(][\d\s.+*/×÷^()-]{1,200}[\d)]/g;
const RELATIVE_DATE = /\b(?:today|tonight|tomorrow|yesterday|next (?:week|month|year|weekend))\b/g;

const FILLING =
  /^(?:about|after|also|been|before|between|could|does|from|give|have|into|just|like|make|many|more|most|much|need|please|should|show|some|such|tell|than|that|their|them|then|there|these|they|this|those|want|were|what|when|where|which|while|will|with|would|write|your)$/;

const readKeywords = (text: string): readonly string[] => {
  const words = (text.toLowerCase().match(/\p{L}{3,40}/gu) ?? []).filter((word) => word.length > 3);
  return [...new Set(words)].filter((word) => !FILLING.test(word));
};

/** Pure and linear in the prompt, of which only the beginning is read. */
export const readPromptFacts = (prompt: string): PromptFacts => {
  const text = prompt.slice(0, MAX_READ_LENGTH).trim();
  let rest = text;
  const take = (pattern: RegExp): RegExpMatchArray[] => {
    const found = [...rest.matchAll(pattern)];
    rest = rest.replace(pattern, ' ; ');
    return found;
  };
  const urls = take(/https?:\/\/[^\s"'<>)]{1,500}/g).map(([url]) => url);
  const emails = take(/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g).map(([email]) => email);
  const dates = DATES.flatMap(([pattern, read]) => take(pattern).map(read)).filter(isDate);
  const times = take(TIME).map(toTime);
  const quotations = [...text.matchAll(/["“]([^"“”]{1,300})["”]/g)].map(([, quoted = '']) => quoted);
  const numbers = readNumbers(rest).slice(0, MAX_NUMBERS);
  const target = /\b(?:to|into|in) (\p{Ll}{1,20})\s*[?.!]*$/u.exec(rest)?.[1];
  return {
    text,
    ...readNames(rest),
    quotations,
    numbers,
    dates,
    times,
    emails,
    urls,
    units: [...numbers.map(({ after }) => after).filter(Boolean), ...(target === undefined ? [] : [target])],
    expressions: text.match(EXPRESSION) ?? [],
    relativeDates: text.toLowerCase().match(RELATIVE_DATE) ?? [],
    keywords: readKeywords(rest),
  };
};
