import type { JsonValue } from '../../../core/json.ts';
import { fromPointerStep } from '../../../lib/json-pointer.ts';
import { isSchemaObject, type SchemaObject, withoutKeywords } from './json-schema.ts';

/** Keywords that vendors refuse at the top of a schema. */
const TOP_LEVEL = ['anyOf', 'oneOf', 'allOf', 'not', 'enum', 'const', 'if', 'then', 'else'] as const;

export const findTopLevelKeywords = (schema: SchemaObject): readonly string[] =>
  TOP_LEVEL.filter((keyword) => keyword in schema);

/**
 * One object in place of alternatives at the top: it has the properties of all of them, and requires what each of them
 * requires (of `allOf`: what any does). It takes more than they did.
 */
export const mergeAlternatives = (schema: SchemaObject): SchemaObject => {
  const alternatives = [...branchesOf(schema, 'anyOf'), ...branchesOf(schema, 'oneOf')];
  const parts = branchesOf(schema, 'allOf');
  const properties = new Map<string, Map<string, JsonValue>>();
  for (const branch of [schema, ...parts, ...alternatives])
    for (const [name, property] of Object.entries(objectOf(branch['properties']))) {
      const forms = properties.get(name) ?? new Map<string, JsonValue>();
      properties.set(name, forms.set(JSON.stringify(property), property));
    }
  const [first, ...others] = alternatives.map((branch) => new Set(requiredOf(branch)));
  const shared = [...(first ?? [])].filter((name) => others.every((required) => required.has(name)));
  const required = new Set([...requiredOf(schema), ...parts.flatMap(requiredOf), ...shared]);
  return {
    ...withoutKeywords(schema, TOP_LEVEL),
    type: 'object',
    properties: Object.fromEntries(
      [...properties].map(([name, forms]) => [name, toOne([...forms.values()])]),
    ),
    ...(required.size > 0 && { required: [...required] }),
  };
};

const objectOf = (value: JsonValue | undefined): SchemaObject => (isSchemaObject(value) ? value : {});

/** The branches of a keyword, a reference to a definition resolved. */
const branchesOf = (schema: SchemaObject, keyword: 'anyOf' | 'oneOf' | 'allOf'): readonly SchemaObject[] => {
  const branches = schema[keyword];
  return Array.isArray(branches)
    ? branches.filter(isSchemaObject).map((branch) => resolve(branch, schema))
    : [];
};

const resolve = (branch: SchemaObject, root: SchemaObject): SchemaObject => {
  const reference = branch['$ref'];
  const [, keyword, name] = typeof reference === 'string' ? reference.split('/') : [];
  if (keyword === undefined || name === undefined) return branch;
  return objectOf(objectOf(root[keyword])[fromPointerStep(name)]);
};

const requiredOf = ({ required }: SchemaObject): readonly string[] =>
  Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];

const toOne = ([first = true, ...others]: JsonValue[]): JsonValue =>
  others.length === 0 ? first : { anyOf: [first, ...others] };
