import { rejection } from '../../core/errors.ts';
import type { OnViolation } from '../../core/output.ts';
import type { OutputFormat, Tool, ToolChoice } from '../../core/text-request.ts';
import { builder } from '../builder.ts';
import { defineEnum } from '../define-enum.ts';
import { BuiltInToolEnum } from '../enums.ts';

const ToolChoiceModeEnum = defineEnum<'auto' | 'none' | 'required'>(
  'ToolChoiceMode',
  'Whether the model calls tools.',
  {
    auto: 'The model decides.',
    none: 'Never.',
    required: 'At least one.',
  },
);

const FunctionToolInput = builder.inputType('FunctionToolInput', {
  description: 'A function of the client that the model may call.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name: 1 to 64 letters, digits, _ and -.' }),
    description: t.string({ description: 'What the function does and when to call it.' }),
    parameters: t.field({
      type: 'JSON',
      required: true,
      description: 'The parameters as a JSON Schema (draft 2020-12) of an object.',
    }),
    strict: t.boolean({
      description: 'Whether the provider enforces the schema on the arguments, where it can.',
    }),
  }),
});

export const ToolInput = builder.inputType('ToolInput', {
  isOneOf: true,
  description: 'A tool that the model may call.',
  fields: (t) => ({
    function: t.field({ type: FunctionToolInput, description: 'A function of the client.' }),
    builtIn: t.field({
      type: BuiltInToolEnum,
      description: 'A tool that the provider runs itself. It may cost extra.',
    }),
  }),
});

export const ToolChoiceInput = builder.inputType('ToolChoiceInput', {
  isOneOf: true,
  description: 'Which tools the model calls.',
  fields: (t) => ({
    mode: t.field({ type: ToolChoiceModeEnum, description: 'Whether the model calls tools.' }),
    function: t.string({ description: 'The model must call this function.' }),
  }),
});

const OnViolationEnum = defineEnum<OnViolation>(
  'OnViolation',
  'What happens to an answer that breaks its schema: also to one that is cut short, filtered or no JSON at all.',
  {
    report:
      'The generation is completed, with `Generation.outputViolations` and the warning OUTPUT_VIOLATES_SCHEMA.',
    fail: 'The generation fails with OUTPUT_INVALID. The text is kept.',
    repair:
      'The model is told the violations and answers once more; a second answer that breaks the schema fails as with FAIL. Both answers are billed, stay in the text, and count for `maxCostUsd` and `timeoutMs`; the warning OUTPUT_VIOLATES_SCHEMA separates them. Not in a batch.',
  },
);

const JsonSchemaOutputInput = builder.inputType('JsonSchemaOutputInput', {
  description: 'JSON that conforms to a schema.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'A name for the schema: 1 to 64 letters, digits, _ and -.',
    }),
    schema: t.field({
      type: 'JSON',
      required: true,
      description:
        'The JSON Schema (draft 2020-12) of an object. The answer is held against it as it is given here, also where the provider takes less. It refers to nothing outside of itself; `format` is a note, not a rule.',
    }),
    strict: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether the provider enforces the schema while the model writes, where it can.',
    }),
    onViolation: t.field({
      type: OnViolationEnum,
      required: true,
      defaultValue: 'report',
      description: 'What happens to an answer that breaks the schema.',
    }),
  }),
});

export const OutputFormatInput = builder.inputType('OutputFormatInput', {
  isOneOf: true,
  description: 'The format of the answer.',
  fields: (t) => ({
    text: t.boolean({ description: 'Text, which is the default. Must be true.' }),
    json: t.boolean({ description: 'Any JSON object. Must be true; the prompt must ask for JSON.' }),
    schema: t.field({ type: JsonSchemaOutputInput, description: 'JSON that conforms to a schema.' }),
  }),
});

const refuse = (path: readonly string[], message: string): never => {
  throw rejection('INVALID_REQUEST', path, message);
};

/** A tool in the types of core. */
export const toTool = (tool: typeof ToolInput.$inferInput, index: number): Tool => {
  if (tool.builtIn) return { type: 'built-in', tool: tool.builtIn };
  if (!tool.function) return refuse(['input', 'tools', String(index)], 'The tool is empty.');
  const { name, description, parameters, strict } = tool.function;
  return {
    type: 'function',
    name,
    description: description ?? null,
    parameters: parameters ?? null,
    strict: strict ?? null,
  };
};

/** A choice of tools in the types of core. */
export const toToolChoice = (choice: typeof ToolChoiceInput.$inferInput): ToolChoice => {
  if (choice.mode) return { type: choice.mode };
  return typeof choice.function === 'string'
    ? { type: 'function', name: choice.function }
    : refuse(['input', 'toolChoice'], 'The choice is empty.');
};

/** A format of output in the types of core. */
export const toOutputFormat = (output: typeof OutputFormatInput.$inferInput): OutputFormat => {
  if (output.schema) {
    const { name, schema, strict } = output.schema;
    return { type: 'schema', name, schema: schema ?? null, strict };
  }
  if (output.json === true) return { type: 'json' };
  if (output.text === true) return { type: 'text' };
  return refuse(['input', 'output'], 'text and json must be true: give the format that you want.');
};
