import {
  BATCH,
  BATCH_ITEMS,
  BATCH_UPDATED,
  BATCHES,
  CANCEL_BATCH,
  SUBMIT_BATCH,
} from './generated/batch-documents.ts';
import type { GenerationContext } from './generation/context.ts';
import type { Modelgraph } from './modelgraph.ts';
import { resumeStream } from './resume-stream.ts';
import type { Batch } from './schema-types.ts';
import { serverAway, toModelgraphError } from './to-modelgraph-error.ts';
import { toPage } from './to-page.ts';
import { createChannel } from './transport/channel.ts';
import { getData } from './transport/read-result.ts';

export type Batches = Pick<
  Modelgraph,
  'submitBatch' | 'batch' | 'batches' | 'batchItems' | 'cancelBatch' | 'followBatch'
>;

const ENDED: ReadonlySet<Batch['status']> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED']);

async function* followBatch(
  context: GenerationContext,
  id: string,
  given: AbortSignal | undefined,
): AsyncGenerator<Batch, void, undefined> {
  const controller = new AbortController();
  const leave = (): void => controller.abort();
  const channel = createChannel<Batch>(leave);
  if (given?.aborted === true) return;
  given?.addEventListener('abort', leave, { once: true });
  context.open.add(leave);
  let last: string | undefined;
  const reading = resumeStream({
    ...context,
    signal: controller.signal,
    getRequest: () => ({
      query: String(BATCH_UPDATED),
      variables: { id },
    }),
    take: (result) => {
      const batch = getData<{ readonly batchUpdated: Batch }>(result).batchUpdated;
      // A connection begins with how the batch stands, which the one before may have told.
      const text = JSON.stringify(batch);
      const isNew = text !== last;
      if (isNew) channel.push(batch);
      last = text;
      if (ENDED.has(batch.status)) return 'done';
      return isNew ? 'advanced' : 'unchanged';
    },
    completed: () => {
      throw serverAway(new Error('The stream was ended before the batch had ended'));
    },
  });
  reading.then(
    () => channel.end(),
    (error: unknown) => channel.end(toModelgraphError(error)),
  );
  try {
    yield* channel;
  } finally {
    given?.removeEventListener('abort', leave);
    context.open.delete(leave);
  }
}

/** What a client does with batches. */
export const createBatches = (context: GenerationContext, request: Modelgraph['request']): Batches => ({
  submitBatch: async (input) => (await request(SUBMIT_BATCH, { input })).submitBatch,
  batch: async (id) => (await request(BATCH, { id })).batch,
  batches: async (query = {}) => toPage((await request(BATCHES, query)).batches),
  batchItems: async (id, query = {}) => {
    const { batch } = await request(BATCH_ITEMS, { ...query, id });
    return batch === null ? null : toPage(batch.items);
  },
  cancelBatch: async (id) => (await request(CANCEL_BATCH, { id })).cancelBatch,
  followBatch: (id, { signal } = {}) => ({ [Symbol.asyncIterator]: () => followBatch(context, id, signal) }),
});
