import type { JsonValue } from '../../../core/json.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import { holdToRules } from './hold-to-rules.ts';
import { findSchema } from './find-schema.ts';
import type { SchemaObject } from './json-schema.ts';
import { leaveOutUnknown } from './leave-out-unknown.ts';
import { findTopLevelKeywords, mergeAlternatives } from './merge-alternatives.ts';
import type { SchemaUse, TakenSchema } from './schema-use.ts';

/**
 * A schema as the API of the model takes it. What is no schema is refused, and so is what the API does not take, or it is
 * changed with a warning where the caller asked for that. A schema without its type has it; definitions are moved to the
 * root; objects that a strict schema leaves open are closed, with a warning.
 */
export const toTakenSchema = (given: JsonValue, use: SchemaUse): TakenSchema => {
  const { path, config, findings, isHeld } = use;
  const found = findSchema(given);
  if (found.problem !== null) {
    findings.reject('INVALID_REQUEST', path, found.problem, found.details);
    return { schema: given, isHeld };
  }
  const typed = withType(found.schema, config);
  const single = config.schemas.topLevelUnions ? typed : toSingleObject(typed, use);
  return holdToRules(leaveOutUnknown(single, use), use);
};

/** A function without parameters may have left out its type; an API that wants a single object wants its properties, too. */
const withType = (schema: SchemaObject, { schemas }: ModelConfig): SchemaObject => {
  const isPlain = !('$ref' in schema) && findTopLevelKeywords(schema).length === 0;
  const isBare = isPlain && !schemas.topLevelUnions && !('properties' in schema);
  return {
    ...(!('type' in schema) && { type: 'object' }),
    ...schema,
    ...(isBare && { properties: {} }),
  };
};

const toSingleObject = (schema: SchemaObject, { path, config, findings }: SchemaUse): SchemaObject => {
  const keywords = findTopLevelKeywords(schema);
  if (keywords.length === 0) return schema;
  findings.unsupported(
    {
      path,
      from: [...keywords],
      message: `The API of the model "${config.name}" takes no ${keywords.join(', ')} at the top of a schema.`,
      allowed: ['"type": "object" with "properties"'],
      suggestion: 'Describe one object, and put the alternatives into a property of it.',
    },
    { code: 'SCHEMA_DOWNGRADED', to: 'one object with the properties of all alternatives' },
  );
  return mergeAlternatives(schema);
};
