import type { SchemaRules } from '../../src/core/model-config.ts';

/** Nothing is known that the API would refuse of a valid schema of an object. */
export const ANY_SCHEMAS = { topLevelUnions: true, strict: null } as const satisfies SchemaRules;

/** Keywords that neither OpenAI's nor Anthropic's structured outputs take. */
const REFUSED_BY_BOTH = [
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'minProperties',
  'maxProperties',
  'contains',
  'minContains',
  'maxContains',
  'uniqueItems',
];

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
export const OPENAI_SCHEMAS = {
  topLevelUnions: false,
  strict: {
    everyPropertyRequired: true,
    refusedKeywords: [...REFUSED_BY_BOTH, 'allOf', 'oneOf', 'default'],
    canBeLoose: true,
  },
} as const satisfies SchemaRules;

/** Groq holds models to schemas as OpenAI does: https://console.groq.com/docs/structured-outputs */
export const GROQ_SCHEMAS = { ...OPENAI_SCHEMAS, topLevelUnions: true } as const satisfies SchemaRules;

/** https://docs.claude.com/en/docs/build-with-claude/structured-outputs#json-schema-limitations */
export const MESSAGES_SCHEMAS = {
  topLevelUnions: false,
  strict: {
    everyPropertyRequired: false,
    refusedKeywords: [
      ...REFUSED_BY_BOTH,
      'oneOf',
      'minimum',
      'maximum',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'multipleOf',
      'minLength',
      'maxLength',
      'minItems',
      'maxItems',
    ],
    canBeLoose: false,
  },
} as const satisfies SchemaRules;

/**
 * What Gemini reads of a schema; it ignores other keywords, or refuses them, from model to model.
 * https://ai.google.dev/gemini-api/docs/structured-output#json-schema-support
 */
export const GEMINI_SCHEMAS = {
  topLevelUnions: true,
  strict: null,
  known: [
    '$anchor',
    '$defs',
    '$id',
    '$ref',
    'additionalProperties',
    'anyOf',
    'definitions',
    'enum',
    'format',
    'items',
    'maxItems',
    'maximum',
    'minItems',
    'minimum',
    'oneOf',
    'prefixItems',
    'properties',
    'propertyOrdering',
    'required',
    'type',
  ],
} as const satisfies SchemaRules;
