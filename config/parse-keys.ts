import type { WeightedKey } from '../src/core/server-key.ts';

export interface KeySettings {
  /** The first key that is in use. */
  readonly apiKey: string | null;
  /** Where there are several keys, or one with a weight: all of them. */
  readonly keys?: readonly WeightedKey[];
}

const MAX_WEIGHT = 1_000;

/**
 * The keys of a variable, separated by commas, each with its weight behind a star (`sk-a*3,sk-b`), else 1. Problems quote
 * nothing of it.
 */
const parseKeys = (text: string, variable: string, problems: string[]): readonly WeightedKey[] => {
  const keys = text.split(',').map((entry, index) => {
    const [, value = '', weight = '1'] = /^\s*(.*?)(?:\*(\d{1,9}))?\s*$/.exec(entry) ?? [];
    if (value === '') problems.push(`${variable}: entry ${index + 1} is empty`);
    if (Number(weight) > MAX_WEIGHT)
      problems.push(`${variable}: the weight of entry ${index + 1} is above ${MAX_WEIGHT}`);
    return { value, weight: Number(weight) };
  });
  if (new Set(keys.map(({ value }) => value)).size < keys.length)
    problems.push(`${variable}: has the same key twice`);
  if (keys.every(({ weight }) => weight === 0)) problems.push(`${variable}: no key has a weight above 0`);
  return keys;
};

/** What the value of a provider's variable stands for; null: it is not set. */
export const toKeySettings = (value: string | null, variable: string, problems: string[]): KeySettings => {
  if (value === null || !/[,*]/.test(value)) return { apiKey: value };
  const keys = parseKeys(value, variable, problems);
  return { apiKey: keys.find(({ weight }) => weight > 0)?.value ?? null, keys };
};
