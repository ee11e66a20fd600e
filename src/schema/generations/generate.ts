import type { Problem } from '../../core/errors.ts';
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
  description: 'Something that makes a request impossible.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'What is wrong.' }),
    message: t.exposeString('message', { description: 'For people to read.' }),
    path: t.exposeStringList('path', { description: 'Where in the arguments, from their root.' }),
    allowed: t.exposeStringList('allowed', {
      nullable: true,
      description: 'What would be accepted there; null: that cannot be listed.',
    }),
    suggestion: t.exposeString('suggestion', { nullable: true, description: 'What to do about it.' }),
  }),
});

const GenerationPreviewType = builder.objectRef<GenerationPreview>('GenerationPreview').implement({
  description: 'What would happen, found by the code that would do it, without calling a provider.',
  fields: (t) => ({
    accepted: t.boolean({
      description: 'The request would be sent to the provider.',
      resolve: ({ prepared }) => prepared !== null,
    }),
    resolution: t.expose('resolution', {
      type: ModelResolutionType,
      nullable: true,
      description: 'How the name becomes a model; null for an unknown name.',
    }),
    problems: t.expose('problems', {
      type: [GenerationProblemType],
      description: 'All that is wrong, at once; empty when it is accepted.',
    }),
    warnings: t.expose('warnings', {
      type: [WarningType],
      description: 'What would be changed or is worth knowing.',
    }),
    estimatedInputTokens: t.exposeInt('estimatedInputTokens', {
      nullable: true,
      description: 'A rough estimate from the length of the text.',
    }),
    estimatedMaxCost: t.expose('estimatedMaxCost', {
      type: CostType,
      nullable: true,
      description: 'What it would cost with the output limit used up; null: no price is known.',
    }),
  }),
});

/** What one generation counts in the complexity of an operation, besides the fields that are read of it. */
const GENERATION_COMPLEXITY = 100;

const REQUEST = 'The request.';
const KEY =
  'The same key with the same input gives the same generation, however often it is sent, for 24 hours; with another input it is refused.';

builder.queryFields((t) => ({
  previewGeneration: t.field({
    type: GenerationPreviewType,
    description: 'Checks a request as `generate` would, without calling a provider.',
    args: { input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }) },
    resolve: async (_root, { input }, { generations }) => generations.preview(await toGenerateInput(input)),
  }),
}));

builder.mutationFields((t) => ({
  generate: t.field({
    type: GenerationType,
    description:
      'Generates text and waits for its end. A failure is an error with `extensions.code`; what had come by then is under `generation(id: extensions.generationId)`. A client that goes away cancels it, unless it can come back by its key or the input says CONTINUE.',
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
      'Starts a generation and answers at once. It needs nobody to follow it; follow it with generationEvents, or ask for it with generation.',
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
      'Generates text and streams it as typed events, over WebSocket or SSE. A rejected request is an error before the first event; a later failure is the event GenerationFailed. A connection that is lost can be taken up again with generationEvents.',
    args: {
      input: t.arg({ type: GenerateInputType, required: true, description: REQUEST }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true },
    subscribe: async (_root, { input, idempotencyKey = null }, { generations, principalId, signal }) =>
      generations.stream(
        await toGenerateInput(input),
        { principalId, idempotencyKey: readKey(idempotencyKey) },
        signal,
      ),
    resolve: (event) => event,
  }),
}));
