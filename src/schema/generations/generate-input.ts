import { rejection } from '../../core/errors.ts';
import type { GenerateInput } from '../../core/generate-input.ts';
import type { PromptCache } from '../../core/model-config.ts';
import type { InputFieldBuilder } from '@pothos/core';
import { builder, type SchemaTypes } from '../builder.ts';
import { defineEnum } from '../define-enum.ts';
import { OnDisconnectEnum, OnUnsupportedEnum, ReasoningEffortEnum, VerbosityEnum } from '../enums.ts';
import { findUploads, MessageInput, toMessage } from './message-input.ts';
import {
  OutputFormatInput,
  ToolChoiceInput,
  ToolInput,
  toOutputFormat,
  toTool,
  toToolChoice,
} from './tool-input.ts';

const ReasoningInputType = builder.inputType('ReasoningInput', {
  description: 'How much the model should reason. The model decides when it is left out.',
  fields: (t) => ({
    enabled: t.boolean({ description: 'Switches reasoning on or off.' }),
    effort: t.field({
      type: ReasoningEffortEnum,
      description:
        'How much, by name. It is mapped to what the model accepts. Not together with budgetTokens.',
    }),
    budgetTokens: t.int({ description: 'How much, in tokens, for models that accept a budget.' }),
  }),
});

const PromptCacheEnum = defineEnum<PromptCache>(
  'PromptCache',
  'How long the provider should cache the prompt for later requests that begin the same way.',
  {
    'provider-default': "The provider's default.",
    short: 'For minutes, where the provider supports it.',
    long: 'For an hour or more, where the provider supports it.',
    off: 'Not at all, where the provider supports that.',
  },
);

type InputFields = InputFieldBuilder<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, 'InputObject'>;

/** How the next token is chosen. */
const samplingFields = (t: InputFields) => ({
  temperature: t.float({ description: 'Randomness. `Model.parameters` has the range.' }),
  topP: t.float({ description: 'Nucleus sampling.' }),
  topK: t.int({ description: 'How many candidate tokens are considered.' }),
  stopSequences: t.stringList({ description: 'Texts that end the output.' }),
  seed: t.int({ description: 'For repeatable sampling, as far as the provider supports it.' }),
  presencePenalty: t.float({ description: 'Encourages new topics.' }),
  frequencyPenalty: t.float({ description: 'Discourages repetition.' }),
});

/** What is kept of the request and its answer. */
const recordFields = (t: InputFields) => ({
  store: t.boolean({
    required: true,
    defaultValue: true,
    description:
      'Whether the generation is stored. `false`: nothing of the prompt, the answer or the metadata is written to a disk of this server; id, status, usage and cost are. It takes no uploads, can be followed on its own server node only, and ends if that node dies. Not in a batch.',
  }),
  metadata: t.field({
    type: 'JSON',
    description:
      "The caller's own data: returned with the generation or the batch item, never sent to a provider.",
  }),
});

export const GenerateInputType = builder.inputType('GenerateInput', {
  description:
    'A request for text. The same for every provider; nothing that a model does not support is dropped silently.',
  fields: (t) => ({
    model: t.string({ required: true, description: 'Name, alias or upstream id of the model.' }),
    prompt: t.string({
      description: 'A single user message. Exactly one of prompt and messages is required.',
    }),
    messages: t.field({ type: [MessageInput], description: 'The conversation, oldest turn first.' }),
    system: t.string({ description: 'Instructions for the whole conversation.' }),
    reasoning: t.field({ type: ReasoningInputType, description: 'How much the model should reason.' }),
    maxOutputTokens: t.int({
      description: 'Upper limit of the output, including reasoning. Default: `Model.defaultMaxOutputTokens`.',
    }),
    ...samplingFields(t),
    verbosity: t.field({ type: VerbosityEnum, description: 'How long answers tend to be.' }),
    tools: t.field({
      type: [ToolInput],
      description: 'Tools that the model may call. Built-in tools are used only if they are listed here.',
    }),
    toolChoice: t.field({ type: ToolChoiceInput, description: 'Which of the tools the model calls.' }),
    parallelToolCalls: t.boolean({
      description:
        'Whether the model may call several tools in one turn. For `false`, see `Model.parallelToolCallsCanBeForbidden`.',
    }),
    output: t.field({ type: OutputFormatInput, description: 'The format of the answer.' }),
    streamOutput: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether the JSON document is streamed step by step as well, by OutputUpdated events beside the text. Needs JSON output; not in a batch.',
    }),
    cache: t.field({
      type: PromptCacheEnum,
      required: true,
      defaultValue: 'provider-default',
      description:
        'How long the provider should cache the prompt for later requests that begin the same way.',
    }),
    providerOptions: t.field({
      type: 'JSON',
      description:
        "An object that is merged into the body of the provider's request, field by field, for parameters that this schema does not have.",
    }),
    onUnsupported: t.field({
      type: OnUnsupportedEnum,
      required: true,
      defaultValue: 'reject',
      description: 'What to do about parameters and content that the model does not support.',
    }),
    fallbackModels: t.stringList({
      description:
        'Models to try in this order when a model fails before its first content with a retryable error. Each must support the request as it is.',
    }),
    onDisconnect: t.field({
      type: OnDisconnectEnum,
      required: true,
      defaultValue: 'cancel',
      description: 'What happens to the generation when its last subscriber disconnects.',
    }),
    maxCostUsd: t.float({
      description:
        'Stops the generation with the finish reason COST_LIMIT once it has cost more US dollars than this, by the usage that the provider reports or, before it does, by an estimate.',
    }),
    timeoutMs: t.int({
      description: 'Longest time for the whole generation, in milliseconds, up to the limit of the server.',
    }),
    ...recordFields(t),
  }),
});

/** An upload is on a disk before it is read. Throws for the first one. */
const refuseUploads = ({ messages }: typeof GenerateInputType.$inferInput): void => {
  const [path] = findUploads(messages ?? []);
  if (path === undefined) return;
  throw rejection(
    'INVALID_REQUEST',
    ['input', 'messages', ...path],
    'A generation that is not stored (store: false) takes no uploads: they are written to a disk.',
    { suggestion: 'Send the bytes as base64 or by url, or leave store out.' },
  );
};

/** The request in the types of core. A field that was left out is null. */
export const toGenerateInput = async (
  input: typeof GenerateInputType.$inferInput,
): Promise<GenerateInput> => {
  const { reasoning } = input;
  if (!input.store) refuseUploads(input);
  return {
    model: input.model,
    prompt: input.prompt ?? null,
    messages: input.messages ? await Promise.all(input.messages.map(toMessage)) : null,
    system: input.system ?? null,
    reasoning: reasoning
      ? {
          enabled: reasoning.enabled ?? null,
          effort: reasoning.effort ?? null,
          budgetTokens: reasoning.budgetTokens ?? null,
        }
      : null,
    maxOutputTokens: input.maxOutputTokens ?? null,
    temperature: input.temperature ?? null,
    topP: input.topP ?? null,
    topK: input.topK ?? null,
    stopSequences: input.stopSequences ?? null,
    seed: input.seed ?? null,
    presencePenalty: input.presencePenalty ?? null,
    frequencyPenalty: input.frequencyPenalty ?? null,
    verbosity: input.verbosity ?? null,
    tools: input.tools?.map(toTool) ?? null,
    toolChoice: input.toolChoice ? toToolChoice(input.toolChoice) : null,
    parallelToolCalls: input.parallelToolCalls ?? null,
    output: input.output ? toOutputFormat(input.output) : null,
    onViolation: input.output?.schema?.onViolation ?? 'report',
    streamOutput: input.streamOutput,
    cache: input.cache,
    providerOptions: input.providerOptions ?? null,
    onUnsupported: input.onUnsupported,
    fallbackModels: input.fallbackModels ?? null,
    onDisconnect: input.onDisconnect,
    maxCostUsd: input.maxCostUsd ?? null,
    timeoutMs: input.timeoutMs ?? null,
    store: input.store,
    metadata: input.metadata ?? null,
  };
};
