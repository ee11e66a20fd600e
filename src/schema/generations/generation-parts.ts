import type { Citation, GenerationError, ToolCall, Warning } from '../../core/generation.ts';
import type { Cost, Usage } from '../../core/usage.ts';
import { builder } from '../builder.ts';
import { ErrorCodeEnum, UsageSourceEnum, WarningCodeEnum } from '../enums.ts';

export const UsageType = builder.objectRef<Usage>('Usage').implement({
  description: 'Tokens used. A number the provider did not report is null, never 0.',
  fields: (t) => ({
    inputTokens: t.exposeInt('inputTokens', {
      nullable: true,
      description: 'All tokens read, cached ones and sound included.',
    }),
    outputTokens: t.exposeInt('outputTokens', {
      nullable: true,
      description: 'All tokens written, reasoning included.',
    }),
    totalTokens: t.exposeInt('totalTokens', { nullable: true, description: 'Input and output together.' }),
    cacheReadTokens: t.exposeInt('cacheReadTokens', {
      nullable: true,
      description: "Part of the input that came from the provider's cache.",
    }),
    cacheWriteTokens: t.exposeInt('cacheWriteTokens', {
      nullable: true,
      description: "Part of the input that was written to the provider's cache.",
    }),
    reasoningTokens: t.exposeInt('reasoningTokens', {
      nullable: true,
      description: 'Part of the output that was reasoning.',
    }),
    audioInputTokens: t.exposeInt('audioInputTokens', {
      nullable: true,
      description: 'Part of the input that was sound.',
    }),
    source: t.expose('source', { type: UsageSourceEnum, description: 'Who counted.' }),
  }),
});

export const CostType = builder.objectRef<Cost>('Cost').implement({
  description: 'What a generation cost, from its usage and the price in force.',
  fields: (t) => ({
    currency: t.exposeString('currency', { description: 'ISO 4217 code.' }),
    total: t.exposeFloat('total', { description: 'The sum of the parts, in units of the currency.' }),
    input: t.exposeFloat('input', { description: 'For input that was not cached.' }),
    output: t.exposeFloat('output', { description: 'For output, reasoning included.' }),
    cacheRead: t.exposeFloat('cacheRead', { description: 'For input read from the cache.' }),
    cacheWrite: t.exposeFloat('cacheWrite', { description: 'For input written to the cache.' }),
    effectiveDate: t.expose('effectiveDate', {
      type: 'Date',
      nullable: true,
      description: 'Day on which the price was known to hold.',
    }),
  }),
});

export const WarningType = builder.objectRef<Warning>('Warning').implement({
  description: 'Something worth knowing that did not stop the generation.',
  fields: (t) => ({
    code: t.expose('code', { type: WarningCodeEnum, description: 'What it is about.' }),
    message: t.exposeString('message', { description: 'For people to read.' }),
    path: t.exposeStringList('path', {
      nullable: true,
      description: 'The part of the input it is about, from the root of the arguments.',
    }),
    from: t.expose('from', { type: 'JSON', nullable: true, description: 'What was asked for.' }),
    to: t.expose('to', {
      type: 'JSON',
      nullable: true,
      description: 'What was done instead; null: left out.',
    }),
  }),
});

export const GenerationErrorType = builder.objectRef<GenerationError>('GenerationError').implement({
  description: 'Why a generation failed.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'What went wrong. Switch on this.' }),
    message: t.exposeString('message', { description: 'For people to read.' }),
    retryable: t.exposeBoolean('retryable', { description: 'The same request may succeed later.' }),
    retryAfterMs: t.exposeInt('retryAfterMs', {
      nullable: true,
      description: 'How long the provider asks to wait, in milliseconds.',
    }),
    provider: t.exposeString('provider', { nullable: true, description: 'The provider that failed.' }),
    providerStatus: t.exposeInt('providerStatus', {
      nullable: true,
      description: 'HTTP status the provider answered with.',
    }),
  }),
});

export const ToolCallType = builder.objectRef<ToolCall>('ToolCall').implement({
  description: 'A call of a tool by the model.',
  fields: (t) => ({
    callId: t.exposeID('callId', { description: 'Identifies the call within its generation.' }),
    name: t.exposeString('name', { description: 'The tool.' }),
    arguments: t.expose('arguments', { type: 'JSON', description: 'What the tool is called with.' }),
    builtIn: t.exposeBoolean('builtIn', { description: 'The provider ran it; nothing is left to do.' }),
    result: t.expose('result', {
      type: 'JSON',
      nullable: true,
      description: 'What came of a tool the provider ran, where it says.',
    }),
    signature: t.string({
      nullable: true,
      description: 'Opaque state of the provider. Echo it with the call in the next turn.',
      resolve: ({ opaque }) => opaque,
    }),
  }),
});

export const CitationType = builder.objectRef<Citation>('Citation').implement({
  description: 'A source of something the text says.',
  fields: (t) => ({
    url: t.exposeString('url', { nullable: true, description: 'Where it is.' }),
    title: t.exposeString('title', { nullable: true, description: 'What it is called.' }),
    snippet: t.exposeString('snippet', { nullable: true, description: 'What it says.' }),
    startIndex: t.exposeInt('startIndex', {
      nullable: true,
      description: 'Where the passage it supports begins in the text, in UTF-16 code units.',
    }),
    endIndex: t.exposeInt('endIndex', {
      nullable: true,
      description: 'Where that passage ends, exclusive.',
    }),
  }),
});
