import type { JsonValue } from '../../core/json.ts';
import { isRecord } from '../../lib/is-record.ts';

/** Under these stand schemas by name: their names are no keywords. */
const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);

/** Under these stand values, not schemas. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

/** Mean something to the validator, or are refused by it, and are no keywords of the standard that say what is valid. */
const FOREIGN: ReadonlySet<string> = new Set(['$schema', '$async', 'id']);

/**
 * A schema as the validator takes it. Keywords that the standard does not know say nothing, whatever they are to the
 * validator: `$async` would turn each of its answers into a promise. `nullable` of OpenAPI holds where there is a `type`.
 */
export const toCheckedSchema = (schema: JsonValue): JsonValue => {
  if (Array.isArray(schema)) return schema.map(toCheckedSchema);
  if (!isRecord(schema)) return schema;
  const isTyped = Object.hasOwn(schema, 'type');
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !FOREIGN.has(name) && (isTyped || name !== 'nullable'))
      .map(([name, value]) => [name, VALUES.has(name) ? value : toCheckedValue(name, value)]),
  );
};

const toCheckedValue = (name: string, value: JsonValue): JsonValue =>
  NAMED.has(name) && isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, schema]) => [key, toCheckedSchema(schema)]))
    : toCheckedSchema(value);
