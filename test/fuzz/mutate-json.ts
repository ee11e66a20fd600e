import type { Dice } from './dice.ts';

/** JSON text and what was done to it. */
export interface Mutated {
  readonly json: string;
  readonly what: string;
}

/** Longer or deeper JSON was made by an earlier change, and is not walked through again. */
const LONGEST_WALKED = 100_000;
const DEEPEST_WALKED = 200;

/** Whether lists and objects nest in a value more deeply than so many levels. */
export const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1)));

/** The value of a JSON text; undefined where it is none, or cannot be walked through. */
export const parseWalkable = (json: string): unknown => {
  if (json.length > LONGEST_WALKED) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return isDeeperThan(value, DEEPEST_WALKED) ? undefined : value;
  } catch {
    // `[DONE]`, a fragment of JSON, or what an earlier change made of it.
    return undefined;
  }
};

type Path = readonly (string | number)[];

interface Place {
  readonly path: Path;
  readonly value: unknown;
}

/** Stands where text is put in that `JSON.stringify` would not write. */
const MARK = '\u0001fuzz\u0001';
const QUOTED_MARK = JSON.stringify(MARK);

const placesOf = (value: unknown, path: Path = []): Place[] => [
  { path, value },
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, child]) =>
        placesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : []),
];

/** The value with another one at the path; with nothing there, where `change` gives undefined. */
const changeAt = (value: unknown, [key, ...rest]: Path, change: (value: unknown) => unknown): unknown => {
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => {
      if (index !== key) return [item];
      const changed = changeAt(item, rest, change);
      return changed === undefined ? [] : [changed];
    });
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([name, item]) => {
      if (name !== key) return [[name, item]];
      const changed = changeAt(item, rest, change);
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
};

const nested = (depth: number, dice: Dice): string => {
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const);
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
};

const ODD_NUMBERS = [
  '-1',
  '-7.5',
  '0.5',
  '1.5',
  '1e30',
  '1e400',
  '-1e400',
  '-0',
  '1e-320',
  '99',
  '2147483647',
  '2147483648',
  '9007199254740991',
  '9007199254740993',
  '123456789012345678901234567890',
];
const ODD_WORDS = [
  'NaN',
  'Infinity',
  '12',
  '-3',
  '1e3',
  ' 7 ',
  '0x10',
  '1,000',
  'null',
  'true',
  '[]',
  '{}',
  '',
  '\ud800',
  '\udc00x',
  '\u0000',
  'a\u0000b',
  '\u2028',
  '\ufeff',
  '\u202e',
  '👩‍👩‍👧',
  '<script>',
  '\r\n\r\ndata: x',
  '__proto__',
  'constructor',
  'toString',
  'stop',
  'error',
  '[DONE]',
];
const OTHER_TYPES = [
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '{"a":1}',
  '""',
  '0',
  '1',
  '[1,"a",{}]',
];
const DEPTHS = [50, 99, 101, 1_000, 3_000, 6_000, 20_000, 100_000];
const LENGTHS = [1_000, 10_000, 70_000, 300_000];
/** What a value costs to send grows with these, so that they come seldom. */
const GREAT_LENGTHS = [2_000_000, 20_000_000];

type Change = (value: unknown, dice: Dice) => { readonly raw: string; readonly what: string } | null;

const raw = (text: string, what = text): { raw: string; what: string } => ({ raw: text, what });

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON inside a string, as the arguments of a tool call come. */
const changeInside: Change = (value, dice) => {
  if (!isText(value) || !/^\s*[[{]/.test(value)) return null;
  if (dice.chance(0.3)) {
    const depth = dice.pick(DEPTHS);
    return raw(JSON.stringify(nested(depth, dice)), `text of JSON ${depth} deep`);
  }
  const inside = parseWalkable(value);
  if (inside === undefined) return null;
  const { json, what } = mutateJson(inside, dice);
  return raw(JSON.stringify(json), `in the text: ${what}`);
};

const duplicateKey: Change = (value, dice) => {
  if (!isObject(value) || Object.keys(value).length === 0) return null;
  const key = dice.pick(Object.keys(value));
  const text = JSON.stringify(value);
  const other = dice.pick([...ODD_NUMBERS, ...OTHER_TYPES]);
  const again = `${JSON.stringify(key)}:${other}`;
  return raw(
    dice.chance(0.5) ? `${text.slice(0, -1)},${again}}` : `{${again},${text.slice(1)}`,
    `"${key}" twice`,
  );
};

const addKey: Change = (value, dice) => {
  if (!isObject(value)) return null;
  const key = dice.pick([
    '__proto__',
    'constructor',
    'novelty',
    '',
    'error',
    'type',
    'id',
    'content',
    'usage',
  ]);
  const added = dice.pick([...ODD_NUMBERS, ...OTHER_TYPES, '"x"']);
  const text = JSON.stringify(value);
  const comma = text === '{}' ? '' : ',';
  return raw(`${text.slice(0, -1)}${comma}${JSON.stringify(key)}:${added}}`, `"${key}" added`);
};

const multiply: Change = (value, dice) => {
  if (!Array.isArray(value) || value.length === 0) return null;
  const times = dice.pick([2, 10, 1_000, 5_000]);
  const item = JSON.stringify(dice.pick(value));
  if (item.length * times > 3_000_000) return null;
  return raw(`[${Array.from({ length: times }, () => item).join(',')}]`, `an item ${times} times`);
};

const CHANGES: readonly (readonly [weight: number, change: Change])[] = [
  [4, (value) => (typeof value === 'number' ? raw(`"${value}"`, 'the number as text') : null)],
  [4, (value, dice) => (typeof value === 'number' ? raw(dice.pick(ODD_NUMBERS)) : null)],
  [2, (_, dice) => raw(dice.pick(ODD_NUMBERS))],
  [3, (value, dice) => (isText(value) ? raw(JSON.stringify(dice.pick(ODD_WORDS))) : null)],
  [2, (_, dice) => raw(JSON.stringify(dice.pick(ODD_WORDS)))],
  [4, (_, dice) => raw(dice.pick(OTHER_TYPES))],
  [1, () => raw('NaN')],
  [
    3,
    (_, dice) => {
      const depth = dice.pick(DEPTHS);
      return raw(nested(depth, dice), `${depth} levels`);
    },
  ],
  [
    2,
    (value, dice) => {
      const length = dice.pick(dice.chance(0.06) ? GREAT_LENGTHS : LENGTHS);
      const text = isText(value) && value !== '' ? value : 'x';
      return raw(JSON.stringify(text.repeat(Math.ceil(length / text.length))), `a text of ${length}`);
    },
  ],
  [3, (value) => raw(JSON.stringify([value]), 'the value in a list')],
  [
    2,
    (value) =>
      Array.isArray(value) && value.length > 0
        ? raw(JSON.stringify(value[0]), 'an item in place of the list')
        : null,
  ],
  [
    1,
    (value) =>
      Array.isArray(value) ? raw(JSON.stringify((value as unknown[]).toReversed()), 'reversed') : null,
  ],
  [3, changeInside],
  [2, duplicateKey],
  [2, addKey],
  [2, multiply],
];
const WEIGHTED = CHANGES.flatMap(([weight, change]) => Array.from({ length: weight }, () => change));

/** Where vendors count: a small part of what they send, and what most is worked out of. */
const COUNTED = /token|usage|count|cost|ticks|index|retry/i;

const nameOf = (path: Path): string => `$${path.map((key) => `.${key}`).join('')}`;

/** JSON text of a value that was changed in one place. */
export const mutateJson = (value: unknown, dice: Dice): Mutated => {
  const everywhere = placesOf(value);
  const counted = dice.chance(0.25) ? everywhere.filter(({ path }) => COUNTED.test(path.join('.'))) : [];
  const places = counted.length > 0 ? counted : everywhere;
  if (everywhere.length > 1 && dice.chance(0.12)) {
    const { path } = dice.pick(everywhere.slice(1));
    return { json: JSON.stringify(changeAt(value, path, () => undefined)), what: `${nameOf(path)} left out` };
  }
  if (dice.chance(0.06)) {
    const [to, from] = [dice.pick(everywhere), dice.pick(everywhere)];
    const json = JSON.stringify(changeAt(value, to.path, () => from.value));
    return { json, what: `${nameOf(to.path)} as ${nameOf(from.path)}` };
  }
  for (;;) {
    const { path, value: found } = dice.pick(places);
    const changed = dice.pick(WEIGHTED)(found, dice);
    if (changed === null) continue;
    const marked = JSON.stringify(changeAt(value, path, () => MARK));
    // A function, since `$` in a replacement has a meaning.
    return {
      json: marked.replace(QUOTED_MARK, () => changed.raw),
      what: `${nameOf(path)} → ${changed.what.slice(0, 40)}`,
    };
  }
};
