import { toMessages } from '../../core/to-messages.ts';
import { builder } from '../builder.ts';
import { encodeNodeId } from '../node-id.ts';
import { FinishReasonEnum, GenerationStatusEnum } from '../enums.ts';
import {
  CitationType,
  CostType,
  GenerationErrorType,
  OutputViolationType,
  ToolCallType,
  UsageType,
  WarningType,
} from './generation-parts.ts';
import { MessageType } from './message.ts';
import { GenerationType, ModelType } from '../refs.ts';
import { ModelResolutionType } from '../catalogue/resolution.ts';

GenerationType.implement({
  interfaces: [builder.nodeInterfaceRef()],
  description: 'One answer of a model, while it is written and afterwards.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'lastSequence' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Identifies the generation among the objects of all types.',
      resolve: ({ id }) => encodeNodeId('Generation', id),
    }),
    status: t.expose('status', {
      type: GenerationStatusEnum,
      description: 'Stage of the generation in its life cycle.',
    }),
    model: t.field({
      type: ModelType,
      description: 'The model that answers.',
      resolve: ({ resolution }, _args, { catalogue }) => catalogue.getModelOf(resolution.config),
    }),
    resolution: t.expose('resolution', {
      type: ModelResolutionType,
      description: 'How the requested name was resolved to this model.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: "The caller's own data from the request.",
    }),
    store: t.boolean({
      resolve: ({ isStored }) => isStored !== false,
      description:
        'Whether the generation is stored, as the request asks for. `false`: its content is there on the server node that runs it and for a while after its end; it is empty everywhere else.',
    }),
    owner: t.exposeString('principalId', {
      nullable: true,
      description:
        'Id of the principal that it belongs to: you, or a user whose generations you may see. With the operation `admin` alone those of others have neither content nor metadata.',
    }),
    lastSequence: t.exposeInt('lastSequence', {
      description: 'Sequence of the last event in the event log.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the request was accepted.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider was called.',
    }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the generation ended, with any terminal status.',
    }),
    firstDeltaMs: t.exposeFloat('firstDeltaMs', {
      nullable: true,
      description:
        'Milliseconds from the call to the provider to the first text, reasoning or tool call; null if the answer was not streamed.',
    }),
  }),
});

/** What the model gave: its content, why it stopped, and what it cost. */
builder.objectFields(GenerationType, (t) => ({
  text: t.exposeString('text', { description: 'The text, complete or as far as it is written.' }),
  reasoning: t.exposeString('reasoning', {
    nullable: true,
    description: 'The reasoning so far; null if there is none, or the provider does not show it.',
  }),
  toolCalls: t.expose('toolCalls', {
    type: [ToolCallType],
    description: 'The tool calls whose arguments are complete.',
  }),
  citations: t.expose('citations', { type: [CitationType], description: 'The sources that the text cites.' }),
  output: t.expose('output', {
    type: 'JSON',
    nullable: true,
    description:
      'The parsed text, if the request asks for JSON and the text is JSON, with nothing around it; null until completion. After a repair: the last answer.',
  }),
  outputViolations: t.expose('outputViolations', {
    type: [OutputViolationType],
    description:
      'Where the last answer breaks the schema of the request, at most 20 places; empty if it conforms, until completion, and if there is no schema.',
  }),
  messages: t.field({
    type: [MessageType],
    description:
      'What the generation has added to the conversation so far: its answers, the tool results that were submitted, the request for a repaired answer. Append it to the messages of the next request.',
    resolve: (generation) => toMessages(generation),
  }),
  finishReason: t.expose('finishReason', {
    type: FinishReasonEnum,
    nullable: true,
    description: 'Why the model stopped; null until completion.',
  }),
  rawFinishReason: t.exposeString('rawFinishReason', {
    nullable: true,
    description: "The finish reason in the provider's own terms.",
  }),
  usage: t.expose('usage', {
    type: UsageType,
    nullable: true,
    description: 'Tokens used, as far as they are known.',
  }),
  cost: t.expose('cost', {
    type: CostType,
    nullable: true,
    description: 'The cost; null if usage or price is unknown, never a guessed 0.',
  }),
  warnings: t.expose('warnings', {
    type: [WarningType],
    description: 'Changes that were made to the request, and other notices.',
  }),
  error: t.expose('error', {
    type: GenerationErrorType,
    nullable: true,
    description: 'Why the generation failed; null if it did not.',
  }),
}));
