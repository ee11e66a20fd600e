import type { JsonValue } from '../schema-types.ts';

export interface JsonSchemaMaker {
  toJSONSchema(): unknown;
}

/** A JSON Schema, or something that can be made into one: schemas of Zod 4 have `toJSONSchema()`. */
export type SchemaSource = JsonSchemaMaker | Readonly<Record<string, unknown>>;

const isMaker = (source: SchemaSource): source is JsonSchemaMaker =>
  'toJSONSchema' in source && typeof source.toJSONSchema === 'function';

export const toJsonSchema = (source: SchemaSource): JsonValue =>
  // A copy as JSON: what a library hangs onto its schemas besides is not sent.
  JSON.parse(JSON.stringify(isMaker(source) ? source.toJSONSchema() : source)) as JsonValue;
