import type { GenerateInput } from '../../core/generate-input.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { OutputRules } from '../../core/output.ts';
import type { OutputFormat } from '../../core/text-request.ts';
import type { Findings } from './findings.ts';
import { findSchema } from './schemas/find-schema.ts';
import { toTakenSchema } from './schemas/to-taken-schema.ts';
import { isVendorName, VENDOR_NAME_RULE } from './vendor-name.ts';

/** Checks the form the answer should take; a schema the model cannot keep to becomes plain JSON where it takes that. */
export const checkOutput = (
  output: OutputFormat | null,
  config: ModelConfig,
  findings: Findings,
): OutputFormat => {
  if (output === null || output.type === 'text') return { type: 'text' };
  const weaker: OutputFormat = config.jsonMode ? { type: 'json' } : { type: 'text' };
  if (output.type === 'json') {
    if (weaker.type === 'json') return output;
    findings.unsupported(
      {
        path: ['input', 'output', 'json'],
        from: true,
        message: `The model "${config.name}" has no JSON output without a schema.`,
        allowed: config.structuredOutput ? ['schema', 'text'] : ['text'],
        suggestion: config.structuredOutput ? 'Give a schema.' : 'Ask for JSON in the prompt.',
      },
      { code: 'PARAMETER_DROPPED', to: null },
    );
    return weaker;
  }
  const path = ['input', 'output', 'schema'];
  if (!isVendorName(output.name))
    findings.reject('INVALID_REQUEST', [...path, 'name'], `"${output.name}" is no name for a schema.`, {
      allowed: [VENDOR_NAME_RULE],
    });
  if (config.structuredOutput) {
    const canBeLoose = config.schemas.strict?.canBeLoose ?? true;
    const { schema, isHeld } = toTakenSchema(output.schema, {
      path: [...path, 'schema'],
      config,
      findings,
      isHeld: output.strict || !canBeLoose,
      canBeLoose,
    });
    return { ...output, schema, strict: output.strict && isHeld };
  }
  const { problem } = findSchema(output.schema);
  if (problem !== null) findings.reject('INVALID_REQUEST', [...path, 'schema'], problem);
  findings.unsupported(
    {
      path,
      from: output.name,
      message: `The model "${config.name}" does not keep to a JSON Schema.`,
      allowed: weaker.type === 'json' ? ['json', 'text'] : ['text'],
      suggestion: 'Choose a model that does: models(where: { structuredOutput: true }).',
    },
    { code: 'SCHEMA_DOWNGRADED', to: weaker.type },
  );
  return weaker;
};

/**
 * How the answer is read, and what it is held against: the schema as it was given, its definitions at its root, whatever of
 * it is sent. `sent`: the form that the model is asked for.
 */
export const checkOutputRules = (
  { output, onViolation, streamOutput }: GenerateInput,
  sent: OutputFormat,
  findings: Findings,
): OutputRules => {
  const schema = output?.type === 'schema' ? (findSchema(output.schema).schema ?? output.schema) : null;
  const wantsJson = schema !== null || sent.type !== 'text';
  if (streamOutput && (output === null || output.type === 'text'))
    findings.reject(
      'INVALID_REQUEST',
      ['input', 'streamOutput'],
      'streamOutput needs an output that is JSON: text is streamed as it is.',
      { suggestion: 'Ask for JSON: output: { json: true }, or a schema.' },
    );
  return { wantsJson, schema, onViolation, isStreamed: streamOutput && wantsJson };
};
