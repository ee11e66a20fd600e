import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from '../../core/json.ts';

let validator: Ajv2020 | undefined;

/** What makes a value no JSON Schema (draft 2020-12) of an object; null when it is one. */
export const findJsonSchemaProblem = (schema: JsonValue): string | null => {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return 'A JSON Schema must be an object.';
  const { $schema: _dialect, ...plain } = schema as Readonly<Record<string, JsonValue>>;
  if (plain['type'] !== undefined && plain['type'] !== 'object')
    return 'The schema must describe an object: its "type" must be "object".';
  validator ??= new Ajv2020({ strict: false, validateFormats: false });
  if (validator.validateSchema(plain) === true) return null;
  const [first] = validator.errors ?? [];
  const where = first?.instancePath ? `at ${first.instancePath} ` : '';
  return `This is no valid JSON Schema: ${where}${first?.message ?? 'it does not follow the standard'}.`;
};
