import { type Problem, rejection } from '../../core/errors.ts';
import type { GenerationEvent } from '../../core/generation-event.ts';
import type { TokenCount } from '../../core/usage.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import type { GenerationPreview } from '../../services/checks/preview.ts';
import { builder } from '../builder.ts';
import { ErrorCodeEnum, TokenCountingEnum, UsageSourceEnum } from '../enums.ts';
import { GenerateInputType, toGenerateInput } from './generate-input.ts';
import { GenerationEventType } from './generation-event.ts';
import { CostType, WarningType } from './generation-parts.ts';
import { readKey } from '../idempotency-key.ts';
import { GenerationType } from '../refs.ts';
import { RESUMABLE, streamOrResume } from './resume-events.ts';
import { ModelResolutionType } from '../catalogue/resolution.ts';

const GenerationProblemType = builder.objectRef<Problem>('GenerationProblem').implement({
  description: 'A reason for which a request is refused.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'The kind of problem.' }),
    message: t.exposeString('message', { description: 'An explanation for people.' }),
    path: t.exposeStringList('path', {
      description: 'The part of the arguments with the problem, from their root.',
    }),
    allowed: t.exposeStringList('allowed', {
      nullable: true,
      description: 'The values that would be accepted there; null if they cannot be listed.',
    }),
    suggestion: t.exposeString('suggestion', { nullable: true, description: 'How to solve the problem.' }),
  }),
});

const TokenCountType = builder.objectRef<TokenCount>('TokenCount').implement({
  description: 'A number of tokens.',
  fields: (t) => ({
    value: t.exposeInt('value', { description: 'The number.' }),
    source: t.expose('source', { type: UsageSourceEnum, description: 'Where the number comes from.' }),
  }),
});

const GenerationPreviewType = builder.objectRef<GenerationPreview>('GenerationPreview').implement({
  description:
    'The outcome of a request, determined by the same code that `generate` uses, without generating anything.',
  fields: (t) => ({
    accepted: t.boolean({
      description: 'Whether the request would be sent to the provider.',
      resolve: ({ prepared }) => prepared !== null,
    }),
    resolution: t.expose('resolution', {
      type: ModelResolutionType,
      nullable: true,
      description: 'How the name is resolved to a model; null for an unknown name.',
    }),
    problems: t.expose('problems', {
      type: [GenerationProblemType],
      description: 'All problems at once; empty when the request is accepted.',
    }),
    warnings: t.expose('warnings', {
      type: [WarningType],
      description: 'Changes that would be made, and other notices.',
    }),
    estimatedInputTokens: t.exposeInt('estimatedInputTokens', {
      nullable: true,
      description: 'The estimate that budgets are checked with: as `inputTokens` with the count ESTIMATE.',
    }),
    inputTokens: t.expose('inputTokens', {
      type: TokenCountType,
      nullable: true,
      description:
        'Tokens of the whole input: text, media, tools, schema and history. What built-in tools find is input too, and not among them. null for an unknown name.',
    }),
    estimatedMaxCost: t.expose('estimatedMaxCost', {
      type: CostType,
      nullable: true,
      description:
        'The cost if the output reaches its limit, without fees of built-in tools; null if the price is unknown.',
    }),
  }),
});

/** The complexity of one generation in an operation, besides that of its selected fields. */
const GENERATION_COMPLEXITY = 100;

/** A browser, a proxy or a retry may send a GET again unasked. */
const overGet = () =>
  rejection('INVALID_REQUEST', ['count'], 'The count PROVIDER is not available over GET.', {
    suggestion: 'Send the operation by POST, or leave the count out.',
  });

const REQUEST = 'The request.';
const KEY =
  'For 24 hours the same key with the same input returns the same generation instead of starting another; the same key with another input is refused.';

builder.queryFields((t) => ({
  previewGeneration: t.field({
    type: GenerationPreviewType,
    description:
      'Checks a request as `generate` does, without generating anything. A provider is called only with the count PROVIDER.',
    args: {
      input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }),
      count: t.arg({
        type: TokenCountingEnum,
        required: true,
        defaultValue: 'estimate',
        description:
          'How `inputTokens` is counted. PROVIDER sends the request to the provider, counts as a generation towards the limits of an operation, and is refused over GET.',
      }),
    },
    complexity: ({ count }) => ({ field: count === 'provider' ? GENERATION_COMPLEXITY : 1 }),
    extensions: { costsMoney: { argument: 'count', value: 'PROVIDER' } },
    resolve: async (_root, { input, count }, context) => {
      const { generations, principal, providerKeys, signal, isSafeRequest } = context;
      if (count === 'estimate')
        return generations.preview(await toGenerateInput(input), principal, providerKeys);
      if (isSafeRequest) throw overGet();
      return generations.previewCounted(await toGenerateInput(input), principal, signal, providerKeys);
    },
  }),
}));

builder.mutationFields((t) => ({
  generate: t.field({
    type: GenerationType,
    description:
      'Generates text and waits for the complete answer. A failure is an error with `extensions.code`; the partial answer is under `generation(id: extensions.generationId)`. The generation is cancelled when the client disconnects, unless the request has an idempotency key or the input says CONTINUE.',
    args: {
      input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true },
    resolve: async (
      _root,
      { input, idempotencyKey = null },
      { generations, principal, providerKeys, signal },
    ) =>
      generations.generate(
        await toGenerateInput(input),
        { principal, providerKeys, idempotencyKey: readKey(idempotencyKey) },
        signal,
      ),
  }),
  startGeneration: t.field({
    type: GenerationType,
    description:
      'Starts a generation and returns at once. It runs without subscribers; subscribe to it with generationEvents, or query it with generation.',
    args: {
      input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true },
    resolve: async (
      _root,
      { input, idempotencyKey = null },
      { generations, principal, providerKeys, signal },
    ) =>
      generations.start(
        await toGenerateInput(input),
        { principal, providerKeys, idempotencyKey: readKey(idempotencyKey) },
        signal,
      ),
  }),
}));

builder.subscriptionFields((t) => ({
  generate: t.field({
    type: GenerationEventType,
    description:
      'Generates text and streams it as typed events, over WebSocket or SSE. A refused request is an error before the first event; a later failure is the event GenerationFailed. After a lost connection, generationEvents resumes the stream, and so does the same operation with the same idempotency key and the header Last-Event-ID over SSE. Over GET it needs an idempotency key.',
    args: {
      input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true, ...RESUMABLE },
    subscribe: async (
      _root,
      { input, idempotencyKey = null },
      context,
    ): Promise<ReadyIterator<GenerationEvent>> =>
      streamOrResume(() => toGenerateInput(input), readKey(idempotencyKey), context),
    resolve: (event) => event,
  }),
}));
