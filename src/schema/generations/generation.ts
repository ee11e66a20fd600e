import { builder } from '../builder.ts';
import { encodeNodeId } from '../node-id.ts';
import { FinishReasonEnum, GenerationStatusEnum } from '../enums.ts';
import {
  CitationType,
  CostType,
  GenerationErrorType,
  ToolCallType,
  UsageType,
  WarningType,
} from './generation-parts.ts';
import { GenerationType, ModelType } from '../refs.ts';
import { ModelResolutionType } from '../catalogue/resolution.ts';

GenerationType.implement({
  interfaces: [builder.nodeInterfaceRef()],
  description: 'One answer of a model, while it is written and afterwards.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'lastSequence' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Identifies the generation over all types.',
      resolve: ({ id }) => encodeNodeId('Generation', id),
    }),
    status: t.expose('status', { type: GenerationStatusEnum, description: 'Where it is in its life.' }),
    model: t.field({
      type: ModelType,
      description: 'The model that answers.',
      resolve: ({ resolution }, _args, { catalogue }) => catalogue.getModelOf(resolution.config),
    }),
    resolution: t.expose('resolution', {
      type: ModelResolutionType,
      description: 'How the name that was asked for became this model.',
    }),
    text: t.exposeString('text', { description: 'The text so far, or the whole of it.' }),
    reasoning: t.exposeString('reasoning', {
      nullable: true,
      description: 'The reasoning so far; null: there is none, or the provider does not show it.',
    }),
    toolCalls: t.expose('toolCalls', {
      type: [ToolCallType],
      description: 'The calls whose arguments are complete.',
    }),
    citations: t.expose('citations', { type: [CitationType], description: 'The sources named.' }),
    output: t.expose('output', {
      type: 'JSON',
      nullable: true,
      description: 'The parsed text, where JSON was asked for and came; null until it is completed.',
    }),
    finishReason: t.expose('finishReason', {
      type: FinishReasonEnum,
      nullable: true,
      description: 'Why it came to its end; null until it is completed.',
    }),
    rawFinishReason: t.exposeString('rawFinishReason', {
      nullable: true,
      description: "The provider's own word for it.",
    }),
    usage: t.expose('usage', {
      type: UsageType,
      nullable: true,
      description: 'Tokens used, as far as they are known.',
    }),
    cost: t.expose('cost', {
      type: CostType,
      nullable: true,
      description: 'What it cost; null where usage or price is unknown, never a guessed 0.',
    }),
    warnings: t.expose('warnings', { type: [WarningType], description: 'What is worth knowing.' }),
    error: t.expose('error', {
      type: GenerationErrorType,
      nullable: true,
      description: 'Why it failed; null unless it did.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'What the caller gave with the request.',
    }),
    lastSequence: t.exposeInt('lastSequence', { description: 'Sequence of the last event in its log.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider was called.',
    }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, however it did.',
    }),
    firstDeltaMs: t.exposeFloat('firstDeltaMs', {
      nullable: true,
      description:
        'Milliseconds from the call to the provider to the first text, reasoning or tool call; null if it was not streamed.',
    }),
  }),
});
