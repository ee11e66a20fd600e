import type { JsonValue } from '../../../core/json.ts';
import { toPointerStep } from '../../../lib/json-pointer.ts';

/** A schema that is an object; the others are true and false. */
export type SchemaObject = Readonly<Record<string, JsonValue>>;

export const isSchemaObject = (value: JsonValue | undefined): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keywords whose value is one schema. */
const ONE = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
] as const;
/** Keywords whose value is a list of schemas. */
const LIST = ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'] as const;
/** Keywords whose value has a schema by each name. */
const NAMED = ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'] as const;

const includes = (names: readonly string[], name: string): boolean => names.includes(name);

/** Where a schema stands in the whole; `steps` lead to it from the one above. */
export interface SchemaPlace {
  readonly schema: SchemaObject;
  readonly above: SchemaPlace | null;
  readonly steps: readonly string[];
}

/** A JSON pointer as URIs have it: https://www.rfc-editor.org/rfc/rfc6901 */
export const toPointer = ({ above, steps }: SchemaPlace): string =>
  above === null ? '#' : [toPointer(above), ...steps.map(toPointerStep)].join('/');

type Change = (schema: SchemaObject, place: SchemaPlace) => SchemaObject;

const mapValue = (keyword: string, value: JsonValue, above: SchemaPlace, change: Change): JsonValue => {
  const below = (item: JsonValue, ...steps: readonly string[]): JsonValue =>
    isSchemaObject(item) ? mapPlace({ schema: item, above, steps: [keyword, ...steps] }, change) : item;
  if (Array.isArray(value))
    return includes(LIST, keyword)
      ? value.map((item: JsonValue, index) => below(item, String(index)))
      : value;
  if (includes(ONE, keyword)) return below(value);
  if (!includes(NAMED, keyword) || !isSchemaObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, below(item, name)]));
};

const mapPlace = (place: SchemaPlace, change: Change): SchemaObject => {
  const mapped = Object.entries(place.schema).map(([keyword, value]) => [
    keyword,
    mapValue(keyword, value, place, change),
  ]);
  return change(Object.fromEntries(mapped), place);
};

/** A schema with a change made to each schema in it, those below first; the place has them as they were. */
export const mapSchema = (schema: SchemaObject, change: Change): SchemaObject =>
  mapPlace({ schema, above: null, steps: [] }, change);

/** The places of all schemas in a schema, those below first. */
export const listPlaces = (schema: SchemaObject): readonly SchemaPlace[] => {
  const found: SchemaPlace[] = [];
  mapSchema(schema, (item, place) => {
    found.push(place);
    return item;
  });
  return found;
};

/** Whether a schema describes an object. */
export const describesObject = ({ type, properties }: SchemaObject): boolean =>
  type === 'object' || (Array.isArray(type) && type.includes('object')) || isSchemaObject(properties);

/** A schema without some of its keywords. */
export const withoutKeywords = (schema: SchemaObject, keywords: readonly string[]): SchemaObject =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => !includes(keywords, keyword)));
