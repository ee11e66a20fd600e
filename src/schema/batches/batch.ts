import { BatchItemConnection, BatchItemStatusEnum } from './batch-item.ts';
import { BatchCountsType, BatchModeEnum, BatchStatusEnum } from './batch-parts.ts';
import { builder } from '../builder.ts';
import { encodeNodeId } from '../node-id.ts';
import { listPageComplexity, readPage, readStatuses, toConnection } from '../list-page.ts';
import { CostType, GenerationErrorType, UsageType, WarningType } from '../generations/generation-parts.ts';
import { BatchItemType, BatchType, ModelType, ProviderType } from '../refs.ts';

BatchType.implement({
  interfaces: [builder.nodeInterfaceRef()],
  description: 'Many requests to one model, answered without a client that waits. It survives restarts.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'providerBatchIds' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Identifies the batch over all types.',
      resolve: ({ id }) => encodeNodeId('Batch', id),
    }),
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
    providerBatchIds: t.exposeStringList('providerBatchIds', {
      description: "The provider's ids for it: several where it was larger than the provider takes at once.",
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'What the caller gave with it.',
    }),
    owner: t.exposeString('principalId', {
      nullable: true,
      description:
        'Id of the principal that it belongs to: you, or a user whose batches you may see. With the operation `admin` alone those of others have neither items nor what their owners gave with them.',
    }),
  }),
});

builder.objectFields(BatchType, (t) => ({
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
      last: t.arg.int({
        description:
          'At most this many of the last ones, up to 100, in the same order. Not together with first.',
      }),
      before: t.arg.string({ description: 'Only those before the one with this cursor.' }),
      status: t.arg({
        type: [BatchItemStatusEnum],
        description: 'Only those that have come to one of these.',
      }),
    },
    complexity: listPageComplexity,
    resolve: async (batch, { status, ...page }, { loaders }) => {
      const asked = readPage(page);
      const query = { ...asked, statuses: readStatuses(status) };
      const { items, hasNextPage, totalCount } = await loaders.itemPage.load({ batch, query });
      const nodes = items.map(({ cursor, item }) => ({ cursor, node: item }));
      return toConnection(nodes, asked, { hasMore: hasNextPage, totalCount });
    },
  }),
  item: t.field({
    type: BatchItemType,
    nullable: true,
    description: "One of its requests by the caller's name for it; null when there is none.",
    args: { customId: t.arg.string({ required: true, description: 'The name it was submitted under.' }) },
    resolve: ({ id }, { customId }, { loaders }) => loaders.namedItem.load({ batchId: id, customId }),
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
  warnings: t.expose('warnings', {
    type: [WarningType],
    description:
      'What is worth knowing of the batch as a whole: of its model, from the beginning, and what its provider says of it, once it has ended. What concerns one request is among the warnings of its item.',
  }),
  error: t.expose('error', {
    type: GenerationErrorType,
    nullable: true,
    description: 'Why it failed as a whole; null unless it did.',
  }),
}));

builder.objectFields(BatchType, (t) => ({
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
    description: 'When the provider abandons what it has not answered by then; null: it does not say.',
  }),
}));
