import { styleText } from 'node:util';
import { isRecord } from '../../src/lib/is-record.ts';
import { parseJson } from '../../src/lib/parse-json.ts';

type Style = Parameters<typeof styleText>[0];

const LEVELS: Readonly<Record<string, Style>> = {
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
};
const LEVEL_WIDTH = 5;

/** Messages are padded to so many characters, so that the fields of short ones stand below each other. */
const MESSAGE_WIDTH = 20;

/** What a terminal would obey, or what changes the order of a line: words of vendors and clients may hold it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escapeCharacter = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}}`;

const toPrintable = (text: string): string => text.replaceAll(UNPRINTABLE, escapeCharacter);

const isPlainWord = (text: string): boolean => text !== '' && !/[\s"=,]/.test(text);

const toWord = (value: unknown): string => {
  if (typeof value !== 'string') return toPrintable(JSON.stringify(value));
  return isPlainWord(value) ? toPrintable(value) : toPrintable(JSON.stringify(value));
};

const toValue = (value: unknown): string =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && isPlainWord(item))
    ? value.map(toWord).join(',')
    : toWord(value);

const isEmpty = (value: unknown): boolean => value == null || (Array.isArray(value) && value.length === 0);

const isAddress = (text: string): boolean => text.startsWith('http://');

/** 2026-01-02T08:30:12.345Z as the clock of this machine shows it. */
const toClock = (time: unknown): string => {
  const at = new Date(String(time));
  const two = (part: number): string => String(part).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
};

const toText = (value: unknown): string => (typeof value === 'string' ? value : '');

const toStackLines = ({ message, stack }: Readonly<Record<string, unknown>>): readonly string[] =>
  toText(stack ?? message)
    .split('\n')
    .map((line) => `    ${toPrintable(line)}`);

/**
 * A line of the log, an object as JSON with `level`, `time` and `msg`, as a line for people: the time of day, the level,
 * the message, and the other fields as `name=value`, without those that are null and an address that the message has
 * already. An error's stack follows on lines of its own. Nothing in it can be an instruction to a terminal. A text that is
 * no such object is given back.
 */
export const toPrettyLine = (json: string, isColoured: boolean): string => {
  const paint = (style: Style, text: string): string =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const line = parseJson(json);
  if (!isRecord(line)) return json;
  const { level, time, msg, err, ...fields } = line;
  const word = String(level);
  const message = toPrintable(toText(msg));
  const shown = Object.entries(fields).filter(
    ([, value]) =>
      !isEmpty(value) && !(typeof value === 'string' && isAddress(value) && message.includes(value)),
  );
  const parts = [
    paint('gray', toClock(time)),
    paint(LEVELS[word] ?? 'white', word.toUpperCase().padEnd(LEVEL_WIDTH)),
    shown.length === 0 ? message : message.padEnd(MESSAGE_WIDTH),
    ...shown.map(([name, value]) => `${paint('cyan', `${toPrintable(name)}=`)}${toValue(value)}`),
  ];
  const stack = isRecord(err) ? toStackLines(err) : [];
  return `${[parts.join(' '), ...stack.map((text) => paint('gray', text))].join('\n')}\n`;
};
