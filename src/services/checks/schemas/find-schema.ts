import type { ProblemDetails } from '../../../core/errors.ts';
import type { JsonValue } from '../../../core/json.ts';
import { findJsonSchemaProblem } from '../check-json-schema.ts';
import { findReferenceProblem } from '../find-reference-problem.ts';
import { isSchemaObject, type SchemaObject } from './json-schema.ts';
import { moveDefinitions } from './move-definitions.ts';

export type FoundSchema =
  | { readonly schema: SchemaObject; readonly problem: null }
  | { readonly schema: null; readonly problem: string; readonly details: ProblemDetails };

/** The schema that a value is, its definitions at its root; or why it is none that could be applied by itself. */
export const findSchema = (given: JsonValue): FoundSchema => {
  const problem = findJsonSchemaProblem(given);
  if (problem !== null || !isSchemaObject(given))
    return { schema: null, problem: problem ?? 'A JSON Schema must be an object.', details: {} };
  const schema = moveDefinitions(given);
  const dangling = findReferenceProblem(schema);
  if (dangling === null) return { schema, problem: null };
  const suggestion = 'Put what it refers to into "$defs" at the root of the schema.';
  return { schema: null, problem: dangling, details: { suggestion } };
};
