import { RequestRejected } from '../core/errors.ts';
import type { GenerateInput } from '../core/generate-input.ts';
import type { Message } from '../core/message.ts';
import { builder } from './builder.ts';
import { OnUnsupportedEnum, ReasoningEffortEnum, VerbosityEnum } from './enums.ts';

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

const ContentPartInput = builder.inputType('ContentPartInput', {
  isOneOf: true,
  description: 'A part of a user message.',
  fields: (t) => ({ text: t.string({ description: 'Text.' }) }),
});

const ReasoningPartInput = builder.inputType('ReasoningPartInput', {
  description: 'Reasoning of an earlier turn.',
  fields: (t) => ({
    text: t.string({ description: 'Its text, as received.' }),
    signature: t.string({ description: "The provider's opaque state, as received." }),
  }),
});

const AssistantMessageInput = builder.inputType('AssistantMessageInput', {
  description: 'What the model said in an earlier turn.',
  fields: (t) => ({
    text: t.string({ description: 'Its text.' }),
    reasoning: t.field({
      type: [ReasoningPartInput],
      description: 'Its reasoning, for models that want it back.',
    }),
  }),
});

const MessageInput = builder.inputType('MessageInput', {
  isOneOf: true,
  description: 'One turn of a conversation.',
  fields: (t) => ({
    system: t.string({ description: 'Instructions. Leading ones are joined with `system` of the request.' }),
    user: t.field({ type: [ContentPartInput], description: 'What the user said, in order.' }),
    assistant: t.field({ type: AssistantMessageInput, description: 'What the model said.' }),
  }),
});

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
    onUnsupported: t.field({
      type: OnUnsupportedEnum,
      required: true,
      defaultValue: 'reject',
      description: 'What to do about something the model does not take.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: "The caller's own: returned with the generation, never sent to a provider.",
    }),
  }),
});

const refuse = (path: readonly string[], message: string): never => {
  throw new RequestRejected([{ code: 'INVALID_REQUEST', message, path, allowed: null, suggestion: null }]);
};

const toMessage = (message: typeof MessageInput.$inferInput, index: number): Message => {
  if (typeof message.system === 'string') return { role: 'system', text: message.system };
  if (message.user)
    return { role: 'user', parts: message.user.map(({ text }) => ({ type: 'text', text: text ?? '' })) };
  const { text, reasoning } = message.assistant ?? {};
  if (!message.assistant) return refuse(['input', 'messages', String(index)], 'The message is empty.');
  return {
    role: 'assistant',
    parts: [
      ...(reasoning ?? []).map((part) => ({
        type: 'reasoning' as const,
        text: part.text ?? null,
        opaque: part.signature ?? null,
      })),
      ...(text ? [{ type: 'text' as const, text }] : []),
    ],
  };
};

/** The request in our own terms: what was left out is null. */
export const toGenerateInput = (input: typeof GenerateInputType.$inferInput): GenerateInput => {
  const { reasoning } = input;
  return {
    model: input.model,
    prompt: input.prompt ?? null,
    messages: input.messages?.map(toMessage) ?? null,
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
    onUnsupported: input.onUnsupported,
    metadata: input.metadata ?? null,
  };
};
