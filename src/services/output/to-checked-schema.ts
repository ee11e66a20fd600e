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

const mapValues = (
  record: Readonly<Record<string, JsonValue>>,
  map: (value: JsonValue) => JsonValue,
): JsonValue => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

/**
 * A schema as the validator takes it. Keywords that the standard does not know say nothing, whatever they are to the
 * validator: `$async` would turn each of its answers into a promise. `nullable` of OpenAPI holds where there is a `type`.
 */
export const toCheckedSchema = (schema: JsonValue): JsonValue => {
  if (Array.isArray(schema)) return schema.map(toCheckedSchema);
  if (!isRecord(schema)) return schema;
  const isTyped = Object.hasOwn(schema, 'type');
  return Object.fromEntries(
    Object.entries(schema as Readonly<Record<string, JsonValue>>)
      .filter(([name]) => !FOREIGN.has(name) && (isTyped || name !== 'nullable'))
      .map(([name, value]) => {
        if (VALUES.has(name)) return [name, value];
        return [
          name,
          NAMED.has(name) && isRecord(value)
            ? mapValues(value as Readonly<Record<string, JsonValue>>, toCheckedSchema)
            : toCheckedSchema(value),
        ];
      }),
  );
};
