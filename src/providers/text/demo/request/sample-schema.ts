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

/** A schema with others put over it, each followed where it is a reference: all of them have to accept the value. */
export const merge = (from: JsonObject, parts: readonly JsonValue[], root: JsonValue): JsonObject => {
  let merged = from;
  for (const part of parts) {
    const target =
      isObject(part) && typeof part['$ref'] === 'string' ? followReference(part['$ref'], root) : part;
    if (!isObject(target)) continue;
    const required = [...listOf(merged['required']), ...listOf(target['required'])];
    merged = {
      ...merged,
      ...target,
      properties: {
        ...(isObject(merged['properties']) ? merged['properties'] : {}),
        ...(isObject(target['properties']) ? target['properties'] : {}),
      },
      ...('required' in merged || 'required' in target ? { required } : {}),
    };
  }
  return merged;
};
