import type { BatchItemStatus, BatchMode, ItemResult } from '../../core/batch.ts';
import type { VendorBatch } from '../../core/vendor-batch.ts';
import type { GenerationError } from '../../core/generation.ts';
import type { TextRequest } from '../../core/text-request.ts';
import type { BatchRecord } from './batch-rows.ts';

/**
 * - `waiting`: nothing has been handed over.
 * - `submitting`: it has begun to be handed over, and the vendor's id is not known.
 * - `running`, `cancelling`: the vendor has it; a sequential one is worked on.
 * - `ended`: the vendor is done with it, and results may still have to be read.
 * - `done`: every item has its result.
 */
export type JobState = 'waiting' | 'submitting' | 'running' | 'cancelling' | 'ended' | 'done';

export type JobOutcome = NonNullable<VendorBatch['outcome']>;

/** What a job has to remember besides its state. Times are milliseconds of the database's clock. */
export interface JobProgress {
  /** Looks at the vendor that found nothing new, or failed, one after the other. */
  readonly idleLooks?: number;
  /** What the last look saw: a change of it makes looks frequent again. */
  readonly seen?: string;
  /** Since when the vendor is known not to have what is in doubt. */
  readonly absentSince?: number;
  /** Whether it was submitted again, the vendor having been seen not to have it. */
  readonly isAgain?: boolean;
  /** Since when every call has failed. */
  readonly failingSince?: number;
  /** When the last of them failed. */
  readonly failedAt?: number;
  readonly outcome?: JobOutcome;
  /** Of a job that failed as a whole. */
  readonly error?: GenerationError;
}

/** The right to work on a job, until another node takes it. */
export interface Lease {
  readonly jobRid: number;
  readonly batchRid: number;
  readonly batchId: string;
  readonly owner: string;
  readonly fence: number;
}

export interface BatchJob {
  readonly lease: Lease;
  readonly principalId: string;
  readonly mode: BatchMode;
  /** As it was when the batch was submitted; a part of JSON, not the catalogue's own object. */
  readonly record: BatchRecord;
  readonly isCancelRequested: boolean;
  readonly key: string;
  readonly firstIndex: number;
  readonly itemCount: number;
  readonly state: JobState;
  readonly providerBatchId: string | null;
  /** When its submission began. */
  readonly submittingSince: number | null;
  readonly progress: JobProgress;
  /** The database's clock when the lease was taken, in milliseconds. */
  readonly nowMs: number;
}

export interface PendingItem {
  readonly index: number;
  readonly customId: string;
  readonly request: TextRequest;
}

/** What came of one item. */
export interface ItemOutcome {
  readonly customId: string;
  readonly status: Exclude<BatchItemStatus, 'pending'>;
  readonly result: ItemResult;
}

/** What of a job has changed. What is left out stays; `progress` replaces what there was. */
export interface JobChanges {
  readonly state?: JobState;
  readonly providerBatchId?: string;
  readonly progress?: JobProgress;
  /** What the whole batch has come to thereby, if it has not come further. */
  readonly batchStatus?: 'submitted' | 'running';
  readonly vendorExpiresAt?: Date | null;
  /** How far the vendor says it has come. */
  readonly told?: VendorBatch['counts'];
}

/** The lease has gone to another node, or the batch is no longer there: whatever was being done is that node's now. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease on a batch was lost');
    this.name = 'LeaseLost';
  }
}
