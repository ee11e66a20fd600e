import type { PromptFacts, PromptNumber } from './prompt-facts.ts';
import { type JsonObject, numberOf } from './sample-schema.ts';

/** What a number of that name usually is, where the schema takes it. */
const USUAL: ReadonlyMap<string, number> = new Map([
  ['year', 2026],
  ['temperature', 21],
  ['celsius', 21],
  ['fahrenheit', 70],
  ['percent', 40],
  ['percentage', 40],
  ['humidity', 60],
  ['price', 19.5],
  ['total', 42],
  ['minutes', 30],
  ['duration', 30],
  ['servings', 4],
  ['rating', 4],
  ['score', 0.9],
  ['confidence', 0.9],
]);

const isTaken = (schema: JsonObject, integer: boolean, value: number): boolean => {
  const step = numberOf(schema['multipleOf']) ?? (integer ? 1 : undefined);
  return (
    value >= (numberOf(schema['minimum']) ?? -Infinity) &&
    value <= (numberOf(schema['maximum']) ?? Infinity) &&
    value > (numberOf(schema['exclusiveMinimum']) ?? -Infinity) &&
    value < (numberOf(schema['exclusiveMaximum']) ?? Infinity) &&
    (step === undefined || Number.isInteger(value / step))
  );
};

const AMOUNTS = ['price', 'budget', 'cost', 'amount'];

const isSame = (beside: string, word: string): boolean =>
  beside !== '' && (beside === word || `${beside}s` === word || beside === `${word}s`);

const isNear = ({ before, after, isMoney }: PromptNumber, words: readonly string[]): boolean =>
  (isMoney && words.some((word) => AMOUNTS.includes(word))) ||
  words.some((word) => word.length > 2 && (isSame(before, word) || isSame(after, word)));

/**
 * The numbers of the prompt that belong to the words of a property's name, each used once. `mayBeAny`: the next one that
 * is taken belongs to it as well, where none stands beside such a word.
 */
export const findNumber = (
  schema: JsonObject,
  { integer, words, mayBeAny }: { integer: boolean; words: readonly string[]; mayBeAny: boolean },
  { numbers }: PromptFacts,
  used: Set<unknown>,
): number | undefined => {
  const left = numbers.filter((number) => !used.has(number) && isTaken(schema, integer, number.value));
  const found = left.find((number) => isNear(number, words)) ?? (mayBeAny ? left[0] : undefined);
  if (found !== undefined) used.add(found);
  return found?.value;
};

export const findUsualNumber = (
  schema: JsonObject,
  integer: boolean,
  words: readonly string[],
): number | undefined =>
  words
    .map((word) => USUAL.get(word))
    .find((value) => value !== undefined && isTaken(schema, integer, value));

/** The smallest number that the schema accepts; another one for each variant. */
export const sampleNumber = (schema: JsonObject, integer: boolean, variant: number): number => {
  const step = numberOf(schema['multipleOf']) ?? (integer ? 1 : 0.5);
  const above = numberOf(schema['exclusiveMinimum']);
  const below = numberOf(schema['exclusiveMaximum']);
  const least = numberOf(schema['minimum']) ?? above;
  const most = numberOf(schema['maximum']) ?? below;
  if (least === undefined && most === undefined) return step * (variant + (integer ? 1 : 2));
  let value = least === undefined ? Math.floor((most ?? 0) / step) * step : Math.ceil(least / step) * step;
  if (above !== undefined && value <= above) value += step;
  if (below !== undefined && value >= below) value -= step;
  return value + (least === undefined ? -variant : variant) * step;
};
