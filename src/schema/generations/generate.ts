import type { Problem } from '../../core/errors.ts';
import type { GenerationEvent } from '../../core/generation-event.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import type { GenerationPreview } from '../../services/checks/preview.ts';
import { builder } from '../builder.ts';
import { ErrorCodeEnum } from '../enums.ts';
import { GenerateInputType, toGenerateInput } from './generate-input.ts';
import { GenerationEventType } from './generation-event.ts';
import { CostType, WarningType } from './generation-parts.ts';
import { readKey } from '../idempotency-key.ts';
import { GenerationType } from '../refs.ts';
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

const GenerationPreviewType = builder.objectRef<GenerationPreview>('GenerationPreview').implement({
  description:
    'The outcome of a request, determined by the same code that `generate` uses, without calling a provider.',
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
      description: 'A rough estimate from the length of the text.',
    }),
    estimatedMaxCost: t.expose('estimatedMaxCost', {
      type: CostType,
      nullable: true,
      description: 'The cost if the output reaches its limit; null if the price is unknown.',
    }),
  }),
});

/** The complexity of one generation in an operation, besides that of its selected fields. */
const GENERATION_COMPLEXITY = 100;

const REQUEST = 'The request.';
const KEY =
  'For 24 hours the same key with the same input returns the same generation instead of starting another; the same key with another input is refused.';

builder.queryFields((t) => ({
  previewGeneration: t.field({
    type: GenerationPreviewType,
    description: 'Checks a request as `generate` does, without calling a provider.',
    args: { input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }) },
    resolve: async (_root, { input }, { generations }) => generations.preview(await toGenerateInput(input)),
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
    resolve: async (_root, { input, idempotencyKey = null }, { generations, principalId, signal }) =>
      generations.generate(
        await toGenerateInput(input),
        { principalId, idempotencyKey: readKey(idempotencyKey) },
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
    resolve: async (_root, { input, idempotencyKey = null }, { generations, principalId, signal }) =>
      generations.start(
        await toGenerateInput(input),
        { principalId, idempotencyKey: readKey(idempotencyKey) },
        signal,
      ),
  }),
}));

builder.subscriptionFields((t) => ({
  generate: t.field({
    type: GenerationEventType,
    description:
      'Generates text and streams it as typed events, over WebSocket or SSE. A refused request is an error before the first event; a later failure is the event GenerationFailed. After a lost connection, generationEvents resumes the stream.',
    args: {
      input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true },
    subscribe: async (
      _root,
      { input, idempotencyKey = null },
      { generations, principalId, signal },
    ): Promise<ReadyIterator<GenerationEvent>> =>
      generations.stream(
        await toGenerateInput(input),
        { principalId, idempotencyKey: readKey(idempotencyKey) },
        signal,
      ),
    resolve: (event) => event,
  }),
}));
