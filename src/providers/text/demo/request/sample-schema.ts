import type { JsonValue } from '../../../../core/json.ts';
import { followNames, fromPointerStep } from '../../../../lib/json-pointer.ts';

export type JsonObject = { readonly [key: string]: JsonValue };

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value : [];

export const numberOf = (value: JsonValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** A schema's own words may be names that every object has. */
export const ownOf = (value: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined;

const unescape = (step: string): string => {
  try {
    return fromPointerStep(decodeURIComponent(step));
  } catch {
    // A percent sign that escapes nothing is itself.
    return fromPointerStep(step);
  }
};

export const followReference = (reference: string, root: JsonValue): JsonValue | undefined =>
  followNames(root, reference.replace(/^#\/?/, '').split('/').filter(Boolean).map(unescape)) as
    | JsonValue
    | undefined;

export const typeOf = (schema: JsonObject): string => {
  const named = [schema['type']].flat().filter((type) => typeof type === 'string');
  const type = named.find((name) => name !== 'null') ?? named[0];
  if (type !== undefined) return type;
  if ('properties' in schema || 'required' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema || 'minItems' in schema) return 'array';
  if ('minimum' in schema || 'maximum' in schema || 'multipleOf' in schema) return 'number';
  return 'string';
};

/** Schemas as one, the later ones put over the earlier ones: all of them have to accept the value. Linear in their size. */
export const merge = (schemas: readonly JsonObject[]): JsonObject => {
  const required = schemas.flatMap((schema) => listOf(schema['required']));
  const properties = Object.fromEntries(
    schemas.flatMap((schema) => (isObject(schema['properties']) ? Object.entries(schema['properties']) : [])),
  );
  return {
    ...Object.fromEntries(schemas.flatMap((schema) => Object.entries(schema))),
    ...(schemas.some((schema) => 'properties' in schema) && { properties }),
    ...(schemas.some((schema) => 'required' in schema) && { required }),
  };
};
