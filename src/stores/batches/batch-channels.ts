/** A batch has changed visibly; the payload is its id. */
export const BATCH_CHANGES = 'modelgraph_batches';

/** There is a job to claim, or a cancellation, that nodes need not wait for until their next poll. */
export const BATCH_WORK = 'modelgraph_batch_work';
