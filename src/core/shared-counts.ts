import type { BatchItemStatus, BatchStatus } from './batch.ts';

/** Batches of one status that have not ended. */
export interface UnfinishedBatches {
  readonly status: BatchStatus;
  readonly batches: number;
  /** How long ago the oldest of them was submitted, in milliseconds. */
  readonly oldestAgeMs: number;
  /** Their items by status, as far as results are stored. */
  readonly items: Readonly<Record<BatchItemStatus, number>>;
}

/** What all nodes on one store have in hand: the same, whichever of them counts it. */
export interface SharedCounts {
  /** Nodes that are alive. */
  readonly nodes: number;
  /** One for each status that any batch has. */
  readonly batches: readonly UnfinishedBatches[];
}
