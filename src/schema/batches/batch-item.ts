import type { BatchItemStatus } from '../../core/batch.ts';
import { builder } from '../builder.ts';
import { encodeNodeId } from '../node-id.ts';
import { defineEnum } from '../define-enum.ts';
import { FinishReasonEnum } from '../enums.ts';
import {
  CitationType,
  CostType,
  GenerationErrorType,
  OutputViolationType,
  ToolCallType,
  UsageType,
  WarningType,
} from '../generations/generation-parts.ts';
import { findAssistantMessage } from '../../core/to-messages.ts';
import { MessageType } from '../generations/message.ts';
import { BatchItemType } from '../refs.ts';

export const BatchItemStatusEnum = defineEnum<BatchItemStatus>(
  'BatchItemStatus',
  'What has become of one request of a batch.',
  {
    pending: 'There is no result yet.',
    succeeded: 'It was answered.',
    failed: 'It failed; `error` says why. The others are not touched by that.',
    cancelled: 'The batch was cancelled before it was answered.',
    expired: 'The provider gave up before it was answered.',
  },
);

BatchItemType.implement({
  interfaces: [builder.nodeInterfaceRef()],
  description: 'One request of a batch, and its answer.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'batchId' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Identifies the item over all types.',
      resolve: ({ id }) => encodeNodeId('BatchItem', id),
    }),
    customId: t.exposeString('customId', { description: "The caller's name for it." }),
    index: t.exposeInt('index', { description: 'Its position in the batch as submitted, from 0.' }),
    status: t.expose('status', { type: BatchItemStatusEnum, description: 'What has become of it.' }),
    error: t.expose('error', {
      type: GenerationErrorType,
      nullable: true,
      description: 'Why it failed; null unless it did.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: "The caller's own, as in the request: never sent to a provider.",
    }),
  }),
});

builder.objectFields(BatchItemType, (t) => ({
  text: t.exposeString('text', { nullable: true, description: 'The answer; null: there is none.' }),
  reasoning: t.exposeString('reasoning', {
    nullable: true,
    description: 'The reasoning; null: there is none, or the provider does not show it.',
  }),
  toolCalls: t.expose('toolCalls', {
    type: [ToolCallType],
    description: 'The tool calls the model made. They get no results within a batch.',
  }),
  citations: t.expose('citations', {
    type: [CitationType],
    description: 'The sources named, as in a single generation.',
  }),
  output: t.expose('output', {
    type: 'JSON',
    nullable: true,
    description: 'The parsed answer, where JSON was asked for and came.',
  }),
  outputViolations: t.expose('outputViolations', {
    type: [OutputViolationType],
    description: 'Where the answer breaks the schema of its request, as in a single generation.',
  }),
  messages: t.field({
    type: [MessageType],
    description: 'The answer in the shape in which the next request takes it, as in a single generation.',
    resolve: ({ text, reasoning, toolCalls, origin }) => {
      const message = findAssistantMessage({
        text: text ?? '',
        reasoning: reasoning ?? '',
        toolCalls,
        state: origin?.state ?? null,
        provider: origin?.provider ?? null,
      });
      return message === undefined ? [] : [message];
    },
  }),
  finishReason: t.expose('finishReason', {
    type: FinishReasonEnum,
    nullable: true,
    description: 'Why the answer came to its end; null: there is none.',
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
    description: 'What it cost, at the price of a batch; null where usage or price is unknown.',
  }),
  warnings: t.expose('warnings', {
    type: [WarningType],
    description:
      'What is worth knowing of this request, as in a single generation: first what the checks found when it was taken in, which is here before there is an answer, then what the provider said. A path begins at the request: `["input", "temperature"]`.',
  }),
}));

export const BatchItemConnection = builder.connectionObject(
  {
    type: BatchItemType,
    name: 'BatchItemConnection',
    description: 'A page of the items of a batch.',
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount', { description: 'How many there are over all pages.' }),
    }),
  },
  { name: 'BatchItemEdge', description: 'An item and its place in the list.' },
);
