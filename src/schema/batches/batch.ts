import type { BatchCounts, BatchMode, BatchStatus } from '../../core/batch.ts';
import { BatchItemConnection, BatchItemStatusEnum } from './batch-item.ts';
import { builder } from '../builder.ts';
import { defineEnum } from '../define-enum.ts';
import { forwardPageComplexity, readPageSize, toForwardConnection } from '../forward-page.ts';
import { CostType, GenerationErrorType, UsageType } from '../generations/generation-parts.ts';
import { BatchItemType, BatchType, ModelType, ProviderType } from '../refs.ts';

export const BatchStatusEnum = defineEnum<BatchStatus>('BatchStatus', 'Where a batch is in its life.', {
  queued: 'Taken in, and kept over a restart. Nothing has been sent to the provider.',
  submitted: 'The provider has it and has not begun, as far as it says.',
  running: 'Requests are being answered.',
  completed: 'Every request has its result, which may be a failure of its own. All can be read.',
  cancelling: 'Its end was asked for, and the provider has not confirmed it.',
  cancelled: 'Ended because it was asked for. What was answered by then can be read.',
  failed: 'The batch failed as a whole; `error` says why.',
  expired: 'The provider gave up before all was answered. What was answered by then can be read.',
});

const BatchModeEnum = defineEnum<BatchMode>('BatchMode', 'How the requests of a batch are answered.', {
  native: "By the provider's own batch API, at the price of that.",
  sequential:
    'One by one, a few at a time, at full price: the provider has no batch API for the model. A restart of the server may ask again what was under way.',
});

const BatchCountsType = builder.objectRef<BatchCounts>('BatchCounts').implement({
  description: 'How many requests of a batch have come to what.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'All of them.' }),
    pending: t.exposeInt('pending', { description: 'Those without a result.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Those that were answered.' }),
    failed: t.exposeInt('failed', { description: 'Those that failed.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Those that were cancelled.' }),
    expired: t.exposeInt('expired', { description: 'Those the provider gave up.' }),
  }),
});

builder.node(BatchType, {
  description: 'Many requests to one model, answered without anybody waiting. It survives restarts.',
  id: { resolve: ({ id }) => id, description: 'Identifies the batch over all types.' },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'providerBatchIds' in value,
  loadOne: (id, { loaders }) => loaders.batch.load(id),
  fields: (t) => ({
    displayName: t.exposeString('displayName', {
      nullable: true,
      description: 'Its name for people to read.',
    }),
    status: t.expose('status', { type: BatchStatusEnum, description: 'Where it is in its life.' }),
    mode: t.expose('mode', { type: BatchModeEnum, description: 'How its requests are answered.' }),
    provider: t.field({
      type: ProviderType,
      description: 'The provider that answers.',
      resolve: ({ config }, _args, { catalogue }) => catalogue.getProvider(config.provider),
    }),
    model: t.field({
      type: ModelType,
      description: 'The model that answers all of its requests.',
      resolve: ({ config }, _args, { catalogue }) => catalogue.getModelOf(config),
    }),
    counts: t.expose('counts', {
      type: BatchCountsType,
      description:
        'How many requests have come to what: while the provider works on them as far as it tells, before their results can be read; in the end those of the items.',
    }),
    items: t.field({
      type: BatchItemConnection,
      description: 'Its requests with their results, in the order they were submitted, in pages.',
      args: {
        first: t.arg.int({
          description: 'At most this many, fewer where they are very large; 20 when left out, at most 100.',
        }),
        after: t.arg.string({ description: 'Only those after the one with this cursor.' }),
        status: t.arg({
          type: [BatchItemStatusEnum],
          description: 'Only those that have come to one of these.',
        }),
      },
      complexity: forwardPageComplexity,
      resolve: async ({ id }, { first, after = null, status = null }, { batches, principalId }) => {
        const page = await batches.items(id, principalId, {
          first: readPageSize(first),
          after,
          statuses: status,
        });
        return toForwardConnection(
          page.items.map(({ cursor, item }) => ({ cursor, node: item })),
          { ...page, after },
        );
      },
    }),
    item: t.field({
      type: BatchItemType,
      nullable: true,
      description: "One of its requests by the caller's name for it; null when there is none.",
      args: { customId: t.arg.string({ required: true, description: 'The name it was submitted under.' }) },
      resolve: async ({ id }, { customId }, { batches, principalId }) =>
        (await batches.findItem(id, principalId, customId)) ?? null,
    }),
    providerBatchIds: t.exposeStringList('providerBatchIds', {
      description: "The provider's ids for it: several where it was larger than the provider takes at once.",
    }),
    usage: t.expose('usage', {
      type: UsageType,
      nullable: true,
      description: 'Tokens used by the results there are.',
    }),
    cost: t.expose('cost', {
      type: CostType,
      nullable: true,
      description: 'What the results there are have cost, at the price of a batch; null: unknown.',
    }),
    error: t.expose('error', {
      type: GenerationErrorType,
      nullable: true,
      description: 'Why it failed as a whole; null unless it did.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'What the caller gave with it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    submittedAt: t.expose('submittedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider was first given some of it.',
    }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, however it did.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider gives up what it has not answered by then; null: it does not say.',
    }),
  }),
});
