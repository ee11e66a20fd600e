import type { GenerateInput } from '../../core/generate-input.ts';
import type { PromptCache } from '../../core/text-request.ts';
import { builder } from '../builder.ts';
import { defineEnum } from '../define-enum.ts';
import { OnDisconnectEnum, OnUnsupportedEnum, ReasoningEffortEnum, VerbosityEnum } from '../enums.ts';
import { MessageInput, toMessage } from './message-input.ts';
import {
  OutputFormatInput,
  ToolChoiceInput,
  ToolInput,
  toOutputFormat,
  toTool,
  toToolChoice,
} from './tool-input.ts';

const ReasoningInputType = builder.inputType('ReasoningInput', {
  description: 'How much the model should reason. Leave it out to leave that to the model.',
  fields: (t) => ({
    enabled: t.boolean({ description: 'Switches reasoning on or off.' }),
    effort: t.field({
      type: ReasoningEffortEnum,
      description: 'How much, by name. Mapped to what the model takes. Not together with budgetTokens.',
    }),
    budgetTokens: t.int({ description: 'How much, in tokens, for models that take a budget.' }),
  }),
});

const PromptCacheEnum = defineEnum<PromptCache>(
  'PromptCache',
  'How long the provider should keep the prompt for the next request that begins the same.',
  {
    'provider-default': 'As the provider does when nothing is said.',
    short: 'For minutes, where the provider can be asked for it.',
    long: 'For an hour or more, where the provider can be asked for it.',
    off: 'Not at all, where the provider can be asked for that.',
  },
);

export const GenerateInputType = builder.inputType('GenerateInput', {
  description:
    'A request for text. The same for every provider; what a model does not take is never dropped in silence.',
  fields: (t) => ({
    model: t.string({ required: true, description: 'Name, alias or upstream id of the model.' }),
    prompt: t.string({ description: 'Short for one user message. Exactly one of prompt and messages.' }),
    messages: t.field({ type: [MessageInput], description: 'The conversation, oldest turn first.' }),
    system: t.string({ description: 'Instructions for the whole conversation.' }),
    reasoning: t.field({ type: ReasoningInputType, description: 'How much the model should reason.' }),
    maxOutputTokens: t.int({
      description:
        'Upper limit of the output, reasoning included. `Model.defaultMaxOutputTokens` when left out.',
    }),
    temperature: t.float({ description: 'Randomness. Its range: `Model.parameters`.' }),
    topP: t.float({ description: 'Nucleus sampling.' }),
    topK: t.int({ description: 'How many candidate tokens are considered.' }),
    stopSequences: t.stringList({ description: 'Texts that end the output.' }),
    seed: t.int({ description: 'For repeatable sampling, as far as the provider keeps to it.' }),
    presencePenalty: t.float({ description: 'Pushes towards new topics.' }),
    frequencyPenalty: t.float({ description: 'Pushes against repetition.' }),
    verbosity: t.field({ type: VerbosityEnum, description: 'How long answers tend to be.' }),
    tools: t.field({
      type: [ToolInput],
      description: 'What the model may call. Built-in tools are used only if named here.',
    }),
    toolChoice: t.field({ type: ToolChoiceInput, description: 'Which of the tools it calls.' }),
    parallelToolCalls: t.boolean({ description: 'Whether it may call several tools in one turn.' }),
    output: t.field({ type: OutputFormatInput, description: 'The form the answer takes.' }),
    cache: t.field({
      type: PromptCacheEnum,
      required: true,
      defaultValue: 'provider-default',
      description: 'How long the provider should keep the prompt for the next request that begins the same.',
    }),
    providerOptions: t.field({
      type: 'JSON',
      description:
        "An object put over the body of the provider's request, field by field, for what this schema does not name yet.",
    }),
    onUnsupported: t.field({
      type: OnUnsupportedEnum,
      required: true,
      defaultValue: 'reject',
      description: 'What to do about something the model does not take.',
    }),
    fallbackModels: t.stringList({
      description:
        'Models to ask instead, in this order, while nothing has come and the failure may pass. Each must take the request as it is.',
    }),
    onDisconnect: t.field({
      type: OnDisconnectEnum,
      required: true,
      defaultValue: 'cancel',
      description: 'What becomes of it when nobody follows it any more.',
    }),
    maxCostUsd: t.float({
      description:
        'Stops the generation with the finish reason COST_LIMIT once it has cost more US dollars than this, by what the provider tells or, until it does, by an estimate.',
    }),
    timeoutMs: t.int({
      description: 'Longest time for the whole generation, in milliseconds. At most what the server allows.',
    }),
    metadata: t.field({
      type: 'JSON',
      description:
        "The caller's own: returned with the generation or the item of a batch, never sent to a provider.",
    }),
  }),
});

/** The request in our own terms: what was left out is null. */
export const toGenerateInput = async (
  input: typeof GenerateInputType.$inferInput,
): Promise<GenerateInput> => {
  const { reasoning } = input;
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
    cache: input.cache,
    providerOptions: input.providerOptions ?? null,
    onUnsupported: input.onUnsupported,
    fallbackModels: input.fallbackModels ?? null,
    onDisconnect: input.onDisconnect,
    maxCostUsd: input.maxCostUsd ?? null,
    timeoutMs: input.timeoutMs ?? null,
    metadata: input.metadata ?? null,
  };
};
