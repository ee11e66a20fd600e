import type { JsonValue } from '../../../../core/json.ts';
import { measureJson } from '../../../../lib/measure-json.ts';
import type { PromptFacts } from './prompt-facts.ts';
import { createFindNamedValues, type FindNamedValues } from './sample-enum.ts';
import { findNumber, findUsualNumber, sampleNumber } from './sample-number.ts';
import {
  followReference,
  isObject,
  type JsonObject,
  listOf,
  merge,
  numberOf,
  ownOf,
  typeOf,
} from './sample-schema.ts';
import { findText, sampleString, toLength } from './sample-string.ts';

const MAX_DEPTH = 24;

/** Of a schema, and so of a constant in it, as it is checked before. */
const MAX_SCHEMA_DEPTH = 100;

/** Values made for one schema: one that refers to itself in several places would have more of them than there is time for. */
const MAX_VALUES = 2_000;

/**
 * Of JSON, for one schema: of the places that are visited, each as often as it is, and of the values that are made. Twice as
 * many as a schema may have.
 */
const MAX_CHARACTERS = 2 * 1024 * 1024;

/** Of a property's name, in UTF-16 code units, that says what it is. */
const MAX_NAME_LENGTH = 100;

/** Down to here an object without required properties has all of them, as a model would give them. */
const MAX_FULL_DEPTH = 6;

/** Items of a list whose length the schema leaves open, where there is a prompt to answer. */
const USUAL_ITEMS = 3;

/** What is the same for all places of one schema. */
interface Making {
  readonly root: JsonValue;
  readonly facts: PromptFacts | null;
  /** Facts that stand somewhere already. */
  readonly used: Set<unknown>;
  /** Undefined without facts. */
  readonly findNamedValues: FindNamedValues | undefined;
  valuesLeft: number;
  charactersLeft: number;
}

/** Where in a schema a value is made, and which one of the values that differ. */
interface Place {
  readonly making: Making;
  readonly depth: number;
  readonly variant: number;
  /** Of the property's name, in lower case; empty outside of a property. */
  readonly words: readonly string[];
  readonly required: boolean;
}

const toWords = (name: string): readonly string[] =>
  name
    .slice(0, MAX_NAME_LENGTH)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean);

/** A thing's name is the name of that kind of thing: of a person, of an ingredient. */
const toPropertyWords = (name: string, owner: readonly string[]): readonly string[] => {
  const words = toWords(name);
  return words.length === 1 && words[0] === 'name' ? [...owner, 'name'] : words;
};

const toSingular = (words: readonly string[]): readonly string[] =>
  words.map((word, index) =>
    index < words.length - 1 || word.endsWith('ss')
      ? word
      : word.replace(/ies$/, 'y').replace(/(?<!s)s$/, ''),
  );

/** Counts the keywords of a place with the names and texts directly in them. False: there is no room for any more. */
const isAffordable = (making: Making, schema: JsonObject): boolean => {
  if (making.charactersLeft >= 0) making.charactersLeft -= measureJson(schema, 1).length;
  return making.charactersLeft >= 0;
};

/** Counts a value that becomes part of the result. */
const counted = (making: Making, value: JsonValue): JsonValue => {
  making.charactersLeft -= measureJson(value, MAX_SCHEMA_DEPTH).length;
  return value;
};

const isLongEnough = (schema: JsonObject, text: string): boolean =>
  text.length >= (numberOf(schema['minLength']) ?? 0) &&
  text.length <= (numberOf(schema['maxLength']) ?? Infinity);

/** The value that the prompt states for a property; undefined where it states none that the schema takes. */
const findStated = (from: JsonObject, { making, words, required }: Place): JsonValue | undefined => {
  const { facts, findNamedValues, used } = making;
  if (facts === null || words.length === 0) return undefined;
  const values = listOf(from['enum']);
  if (values.length > 0) return findNamedValues?.(values)[0];
  switch (typeOf(from)) {
    case 'integer':
    case 'number':
      return findNumber(
        from,
        { integer: typeOf(from) === 'integer', words, mayBeAny: required },
        facts,
        used,
      );
    case 'string': {
      const text = findText(from, words, facts, used);
      return text !== undefined && isLongEnough(from, text) ? text : undefined;
    }
    default:
      return undefined;
  }
};

const isStated = (schema: JsonValue, place: Place): boolean =>
  isObject(schema) &&
  findStated(schema, { ...place, making: { ...place.making, used: new Set(place.making.used) } }) !==
    undefined;

const sampleObject = (from: JsonObject, { making, depth, variant, words: owner }: Place): JsonValue => {
  const properties = isObject(from['properties']) ? from['properties'] : {};
  const required = new Set(listOf(from['required']).filter((name) => typeof name === 'string'));
  const others = from['additionalProperties'] ?? true;
  const placeOf = (name: string): Place => ({
    making,
    depth: depth + 1,
    variant,
    words: toPropertyWords(name, owner),
    required: required.has(name) || !('required' in from),
  });
  const isFull = making.facts !== null && !('required' in from) && depth < MAX_FULL_DEPTH;
  const chosen = Object.keys(properties).filter(
    (name) =>
      required.has(name) ||
      isFull ||
      isStated(properties[name] ?? true, { ...placeOf(name), required: false }),
  );
  const names = [...new Set([...chosen, ...required])];
  return Object.fromEntries(
    names.map((name) => [name, sample(ownOf(properties, name) ?? others, placeOf(name))]),
  );
};

const lengthOf = (
  from: JsonObject,
  { making, words, depth }: Place,
  values: readonly JsonValue[],
): number => {
  const least = Math.max(numberOf(from['minItems']) ?? 0, listOf(from['prefixItems']).length);
  const isOpen = making.facts !== null && words.length > 0 && depth < MAX_FULL_DEPTH;
  // More items than there are values would repeat one.
  const usual = !isOpen || !isObject(from['items']) ? 0 : Math.min(USUAL_ITEMS, values.length || USUAL_ITEMS);
  const length = Math.max(least, Math.min(usual, numberOf(from['maxItems']) ?? usual));
  return Math.min(length, Math.max(0, making.valuesLeft));
};

/** The items that the prompt states, where it states as many as the list needs. */
const findStatedItems = (from: JsonObject, item: Place): readonly JsonValue[] | undefined => {
  const { items } = from;
  const { findNamedValues } = item.making;
  if (findNamedValues === undefined || !isObject(items)) return undefined;
  const stated: JsonValue[] = [...findNamedValues(listOf(items['enum']))];
  if (items['enum'] === undefined)
    for (let next = findStated(items, item); next !== undefined; next = findStated(items, item)) {
      if (stated.includes(next)) break;
      stated.push(next);
    }
  const most = numberOf(from['maxItems']) ?? Infinity;
  const isEnough = stated.length > 0 && stated.length >= (numberOf(from['minItems']) ?? 0);
  return isEnough ? stated.slice(0, most) : undefined;
};

const sampleArray = (from: JsonObject, place: Place): JsonValue => {
  const { making, depth, words } = place;
  const item = { making, depth: depth + 1, variant: 0, words: toSingular(words), required: true };
  const stated = findStatedItems(from, item);
  if (stated !== undefined) return counted(making, stated);
  const first = listOf(from['prefixItems']);
  const { items } = from;
  const varies = from['uniqueItems'] === true || making.facts !== null;
  const length = lengthOf(from, place, isObject(items) ? listOf(items['enum']) : []);
  return Array.from({ length }, (_, index) =>
    sample(first[index] ?? items ?? true, { ...item, variant: varies ? index : 0 }),
  );
};

const sampleOfType = (from: JsonObject, place: Place): JsonValue => {
  const { variant, words, making } = place;
  const type = typeOf(from);
  switch (type) {
    case 'object':
      return sampleObject(from, place);
    case 'array':
      return sampleArray(from, place);
    case 'integer':
    case 'number': {
      const usual =
        making.facts === null || variant > 0 ? undefined : findUsualNumber(from, type === 'integer', words);
      return usual ?? sampleNumber(from, type === 'integer', variant);
    }
    case 'boolean':
      return variant % 2 === 0;
    case 'null':
      return null;
    default:
      return sampleString(from, words, making.facts, variant);
  }
};

/** For a schema that says what it accepts by itself. */
const sampleType = (from: JsonObject, place: Place): JsonValue => {
  const stated = findStated(from, place);
  const value = typeof stated === 'string' ? toLength(stated, from) : (stated ?? sampleOfType(from, place));
  return typeof value === 'string' ? counted(place.making, value) : value;
};

/** A schema with the parts that it can afford put over it, each followed where it is a reference. */
const mergeParts = (from: JsonObject, parts: readonly JsonValue[], making: Making): JsonObject => {
  const schemas = [from];
  for (const part of parts) {
    if (!isObject(part) || !isAffordable(making, part)) continue;
    const target = typeof part['$ref'] === 'string' ? followReference(part['$ref'], making.root) : part;
    if (isObject(target) && (target === part || isAffordable(making, target))) schemas.push(target);
  }
  return merge(schemas);
};

const sample = (from: JsonValue, place: Place): JsonValue => {
  const { making, depth, variant } = place;
  making.valuesLeft -= 1;
  if (!isObject(from) || depth > MAX_DEPTH || making.valuesLeft < 0 || !isAffordable(making, from))
    return null;
  if (from['const'] !== undefined) return counted(making, from['const']);
  const values = listOf(from['enum']);
  if (values.length > 0)
    return counted(making, findStated(from, place) ?? values[variant % values.length] ?? null);
  const deeper = { ...place, depth: depth + 1 };
  if (typeof from['$ref'] === 'string')
    return sample(followReference(from['$ref'], making.root) ?? true, deeper);
  const { allOf, anyOf, oneOf, ...rest } = from;
  if (allOf !== undefined) {
    const others = { ...(anyOf === undefined ? {} : { anyOf }), ...(oneOf === undefined ? {} : { oneOf }) };
    return sample({ ...mergeParts(rest, listOf(allOf), making), ...others }, deeper);
  }
  const alternatives = [...listOf(anyOf), ...listOf(oneOf)];
  if (alternatives.length === 0) return sampleType(from, place);
  // Deep down a recursive schema the last alternative (by custom the null) is the way out.
  const chosen = depth > MAX_DEPTH / 2 ? alternatives.at(-1) : alternatives[0];
  return sample(mergeParts(rest, [chosen ?? true], making), deeper);
};

/**
 * A value that the JSON Schema accepts: of several alternatives the first. Without facts it is the smallest, with
 * required properties and items only; with the facts of a prompt it has what the prompt states wherever the schema takes
 * that, lists that are worth a look, and texts that read like an answer. Deterministic. Knows the common keywords;
 * `pattern`, `not` and `if` are beyond it.
 */
export const toSampleValue = (schema: JsonValue, facts: PromptFacts | null = null): JsonValue =>
  sample(schema, {
    making: {
      root: schema,
      facts,
      used: new Set(),
      findNamedValues: facts === null ? undefined : createFindNamedValues(facts),
      valuesLeft: MAX_VALUES,
      charactersLeft: MAX_CHARACTERS,
    },
    depth: 0,
    variant: 0,
    words: [],
    required: true,
  });
