/** A batch has changed visibly; the payload is its id. */
export const BATCH_CHANGES = 'modelgraph_batches';

/** There is a job to claim, or a cancellation, that nodes need not wait for until their next poll. */
export const BATCH_WORK = 'modelgraph_batch_work';

/** Carries the id of a batch that its owner has deleted, before `BATCH_CHANGES` does. */
export const BATCH_DELETIONS = 'modelgraph_batch_deletions';
