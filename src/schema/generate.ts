import type { Problem } from '../core/errors.ts';
import type { GenerationPreview } from '../services/preview.ts';
import { builder } from './builder.ts';
import { ErrorCodeEnum } from './enums.ts';
import { GenerateInputType, toGenerateInput } from './generate-input.ts';
import { GenerationEventType } from './generation-event.ts';
import { CostType, WarningType } from './generation-parts.ts';
import { ToolResultInput, toToolMessage } from './message-input.ts';
import { GenerationType } from './refs.ts';
import { ModelResolutionType } from './resolution.ts';

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

const inputDescription = 'The request.';

/** What one generation counts in the complexity of an operation, besides the fields that are read of it. */
const GENERATION_COMPLEXITY = 100;

builder.queryFields((t) => ({
  previewGeneration: t.field({
    type: GenerationPreviewType,
    description: 'Checks a request as `generate` would, without calling a provider.',
    args: { input: t.arg({ type: GenerateInputType, required: true, description: inputDescription }) },
    resolve: async (_root, { input }, { generations }) => generations.preview(await toGenerateInput(input)),
  }),
}));

builder.mutationFields((t) => ({
  generate: t.field({
    type: GenerationType,
    description:
      'Generates text and waits for its end. A failure is an error with `extensions.code`; what had come by then is under `generation(id: extensions.generationId)`. A client that goes away cancels it.',
    args: { input: t.arg({ type: GenerateInputType, required: true, description: inputDescription }) },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true },
    resolve: async (_root, { input }, { generations, principalId, signal }) =>
      generations.generate(await toGenerateInput(input), principalId, signal),
  }),
}));

builder.mutationFields((t) => ({
  submitToolResults: t.field({
    type: GenerationType,
    description:
      'Gives a generation the results of the tool calls it waits for, all of them at once. It goes on at once, under the same id, in the same log, for the same subscribers.',
    args: {
      generationId: t.arg.id({ required: true, description: 'The generation that waits.' }),
      results: t.arg({ type: [ToolResultInput], required: true, description: 'One result for each call.' }),
    },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true },
    resolve: (_root, { generationId, results }, { generations, principalId }) =>
      generations.submitToolResults(generationId, results.map(toToolMessage), principalId),
  }),
}));

builder.subscriptionFields((t) => ({
  generate: t.field({
    type: GenerationEventType,
    description:
      'Generates text and streams it as typed events, over WebSocket or SSE. A rejected request is an error before the first event; a later failure is the event GenerationFailed. A client that goes away cancels it.',
    args: { input: t.arg({ type: GenerateInputType, required: true, description: inputDescription }) },
    complexity: { field: GENERATION_COMPLEXITY },
    extensions: { costsMoney: true },
    subscribe: async (_root, { input }, { generations, principalId, signal }) =>
      generations.stream(await toGenerateInput(input), principalId, signal),
    resolve: (event) => event,
  }),
}));
