/** Something that can be seen of a batch has changed; the payload is its id. */
export const BATCH_CHANGES = 'modelgraph_batches';

/** There is work, or a cancellation, that nodes need not wait for until they look by themselves. */
export const BATCH_WORK = 'modelgraph_batch_work';
