import type { Batch } from '../../core/batch.ts';
import { rejection } from '../../core/errors.ts';
import type { ReadyIterator } from '../../lib/ready-iterator.ts';
import type { BatchSubmission } from '../../services/batches/batch-service.ts';
import { SubmitBatchInputType } from './batch-input.ts';
import { BatchStatusEnum } from './batch-parts.ts';
import { builder } from '../builder.ts';
import { checkOwner, everyoneArgument } from '../everyone-argument.ts';
import { listPageComplexity, readPage, readStatuses, toConnection } from '../list-page.ts';
import { readKey } from '../idempotency-key.ts';
import { readRequestFile, type RequestFileOptions, readRequests } from './read-batch-requests.ts';
import { BatchType } from '../refs.ts';

const BatchConnection = builder.connectionObject(
  {
    type: BatchType,
    name: 'BatchConnection',
    description: 'A page of batches.',
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount', { description: 'How many there are over all pages.' }),
    }),
  },
  { name: 'BatchEdge', description: 'A batch and its place in the list.' },
);

const sourceOf = (
  { requests, file }: typeof SubmitBatchInputType.$inferInput,
  options: RequestFileOptions,
): Pick<BatchSubmission, 'requests' | 'source'> => {
  if (requests && !file) return { source: 'requests', requests: readRequests(requests) };
  if (file && !requests) return { source: 'file', requests: readRequestFile(file, options) };
  throw rejection('INVALID_REQUEST', ['input'], 'Give exactly one of requests and file.');
};

builder.queryFields((t) => ({
  batch: t.field({
    type: BatchType,
    nullable: true,
    description: 'A batch of yours by id; null when there is none, or this server no longer has it.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.batch.load(id),
  }),
  batches: t.field({
    type: BatchConnection,
    description: 'Your batches, newest first, in pages.',
    args: {
      first: t.arg.int({ description: 'At most this many; 20 when left out, at most 100.' }),
      after: t.arg.string({ description: 'Only those after the one with this cursor.' }),
      last: t.arg.int({
        description:
          'At most this many of the last ones, up to 100, in the same order. Not together with first.',
      }),
      before: t.arg.string({ description: 'Only those before the one with this cursor.' }),
      status: t.arg({ type: [BatchStatusEnum], description: 'Only those in one of these states.' }),
      owner: t.arg.string({
        description:
          'Id of the principal they belong to, as `Generation.owner` gives it; you when left out. Those of your users need the operation `users`, those of others `admin`.',
      }),
      everyone: everyoneArgument(t, 'batches'),
    },
    complexity: listPageComplexity,
    resolve: async (_root, { status, owner = null, everyone, ...page }, { batches, principal }) => {
      const asked = readPage(page);
      checkOwner(owner, everyone);
      const { items, hasNextPage, totalCount } = await batches.list(principal, {
        ...asked,
        statuses: readStatuses(status),
        owner,
        everyone,
      });
      const nodes = items.map(({ cursor, batch }) => ({ cursor, node: batch }));
      return toConnection(nodes, asked, { hasMore: hasNextPage, totalCount });
    },
  }),
}));

builder.mutationFields((t) => ({
  submitBatch: t.field({
    type: BatchType,
    description:
      'Hands in many requests to one model. Each is checked as a single one would be, and either all are taken or none; it answers once they are stored. What became of them: batchUpdated, or batch.',
    args: {
      input: t.arg({ type: SubmitBatchInputType, required: true, description: 'The requests.' }),
    },
    complexity: { field: 100 },
    extensions: { costsMoney: true },
    resolve: (_root, { input }, { batches, principal, providerKeys, signal, introspection }, { schema }) =>
      batches.submit({
        principal,
        providerKeys,
        displayName: input.displayName ?? null,
        metadata: input.metadata ?? null,
        idempotencyKey: readKey(input.idempotencyKey ?? null, ['input', 'idempotencyKey']),
        ...sourceOf(input, { schema, signal, hideSuggestions: !introspection }),
        signal,
      }),
  }),
  cancelBatch: t.field({
    type: BatchType,
    description:
      'Asks for the end of a batch, at the provider too. What has been answered stays, and is paid for. One that has ended stays as it is.',
    args: { id: t.arg.id({ required: true, description: 'The batch to end.' }) },
    resolve: (_root, { id }, { batches, principal }) => batches.cancel(id, principal),
  }),
}));

builder.subscriptionFields((t) => ({
  batchUpdated: t.field({
    type: BatchType,
    description:
      'Follows a batch, on any server: how it stands, then each change, a few a second at most, until it has ended.',
    args: { id: t.arg.id({ required: true, description: 'The batch to follow.' }) },
    subscribe: (_root, { id }, { batches, principal, signal }): Promise<ReadyIterator<Batch>> =>
      batches.updates(id, principal, signal),
    resolve: (batch) => batch,
  }),
}));
