import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from '../../core/json.ts';
import { withPlainNumbers } from '../../lib/exact-json.ts';
import { weighJson } from '../../lib/weigh-json.ts';

/** Values of a schema: several times what any vendor takes. */
const BOUNDS = { values: 20_000, characters: 1024 * 1024, depth: 100 };

let validator: Ajv2020 | undefined;

/** What makes a value no JSON Schema (draft 2020-12) of an object; null when it is one. */
export const findJsonSchemaProblem = (schema: JsonValue): string | null => {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return 'A JSON Schema must be an object.';
  if ('passed' in weighJson(schema, BOUNDS))
    return `A JSON Schema may hold at most ${BOUNDS.values} values and ${BOUNDS.characters} characters, ${BOUNDS.depth} levels deep.`;
  const { $schema: _dialect, ...plain } = schema as Readonly<Record<string, JsonValue>>;
  if (plain['type'] !== undefined && plain['type'] !== 'object')
    return 'The schema must describe an object: its "type" must be "object".';
  validator ??= new Ajv2020({ strict: false, validateFormats: false });
  if (validator.validateSchema(withPlainNumbers(plain)) === true) return null;
  const [first] = validator.errors ?? [];
  const where = first?.instancePath ? `at ${first.instancePath} ` : '';
  return `This is no valid JSON Schema: ${where}${first?.message ?? 'it does not follow the standard'}.`;
};
