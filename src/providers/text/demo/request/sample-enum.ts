import type { JsonValue } from '../../../../core/json.ts';
import type { PromptFacts } from './prompt-facts.ts';

/** How people write what schemas abbreviate; the first of each is the abbreviated word. */
const WRITTEN: readonly (readonly string[])[] = [
  ['celsius', '°c', 'centigrade'],
  ['c', '°c', 'celsius'],
  ['fahrenheit', '°f'],
  ['f', '°f', 'fahrenheit'],
  ['metric', 'celsius', '°c', 'km', 'kilometres', 'kilometers', 'kg'],
  ['imperial', 'fahrenheit', '°f', 'miles', 'pounds', 'feet'],
  ['km', 'kilometres', 'kilometers'],
  ['mi', 'miles', 'mile'],
  ['kg', 'kilograms', 'kilos'],
  ['eur', '€', 'euro', 'euros'],
  ['usd', '$', 'dollar', 'dollars'],
  ['gbp', '£', 'pound', 'pounds'],
  ['jpy', '¥', 'yen'],
];

const normalise = (text: string): string =>
  ` ${text
    .toLowerCase()
    .replaceAll(/[\s_?!.,;:"'()-]+/g, ' ')
    .trim()} `;

const formsOf = (value: string): readonly string[] => {
  const word = normalise(value).trim();
  const forms = WRITTEN.find(([abbreviated]) => abbreviated === word) ?? [];
  // A single letter is found in too many texts.
  return word.length === 1 ? forms.slice(1) : [word, `${word}s`, ...forms];
};

const occurs = (form: string, text: string): boolean =>
  /^[\p{L}\d ]+$/u.test(form) ? text.includes(` ${form} `) : text.includes(form);

/** The values of an enumeration that the prompt names, in the order of the schema. */
export type FindNamedValues = (values: readonly JsonValue[]) => readonly JsonValue[];

/** A list is searched once, in however many places a schema refers to it. */
export const createFindNamedValues = ({ text }: PromptFacts): FindNamedValues => {
  const normalised = normalise(text);
  const found = new Map<readonly JsonValue[], readonly JsonValue[]>();
  return (values) => {
    const known = found.get(values);
    if (known !== undefined) return known;
    const named = values.filter(
      (value) =>
        typeof value === 'string' && value !== '' && formsOf(value).some((form) => occurs(form, normalised)),
    );
    found.set(values, named);
    return named;
  };
};
