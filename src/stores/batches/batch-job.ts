import type { BatchItemStatus, BatchMode, ItemResult } from '../../core/batch.ts';
import type { BilledTurn } from '../../core/billed-turn.ts';
import type { JobState } from '../../core/batch-states.ts';
import type { VendorBatch } from '../../core/vendor-batch.ts';
import type { GenerationError, Warning } from '../../core/generation.ts';
import type { OutputRules } from '../../core/output.ts';
import type { TextRequest } from '../../core/text-request.ts';
import type { BatchRecord } from './batch-rows.ts';

export type JobOutcome = NonNullable<VendorBatch['outcome']>;

/** What a job remembers besides its state. Times are milliseconds of the database's clock. */
export interface JobProgress {
  /** Polls in a row that found nothing new, or failed. */
  readonly unchangedPolls?: number;
  /** What the last poll found. A poll that finds something else makes polls frequent again. */
  readonly lastSeen?: string;
  /** Since when the vendor is known not to have the submission that is in doubt. */
  readonly absentSince?: number;
  /** Whether it was submitted again after the vendor was found not to have it. */
  readonly isResubmitted?: boolean;
  /** Since when every call has failed. */
  readonly failingSince?: number;
  /** When the last of them failed. */
  readonly failedAt?: number;
  readonly outcome?: JobOutcome;
  /** Of a job that failed as a whole. */
  readonly error?: GenerationError;
  /** What the vendor said of a job that did not fail as a whole. */
  readonly warnings?: readonly Warning[];
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
  /** Whether what its items may cost is reserved in budgets. */
  readonly isBudgeted: boolean;
}

export interface PendingItem {
  readonly index: number;
  readonly customId: string;
  readonly request: TextRequest;
  readonly outputRules: OutputRules;
  /** What the checks found when the request was taken in. */
  readonly warnings: readonly Warning[];
  /** The most that it may cost, in billionths of a US dollar; null: not known. */
  readonly bound: number | null;
}

/** What of a request decides how its answer is read. */
export interface AnswerExpectation {
  readonly wantsJson: boolean;
  /** null: not known of a request that was taken in by an earlier version. */
  readonly maxOutputTokens: number | null;
}

/** What has become of one item. */
export interface ItemOutcome {
  readonly customId: string;
  readonly status: Exclude<BatchItemStatus, 'pending'>;
  readonly result: ItemResult;
  /** What its calls were billed; left out: what follows from the result. */
  readonly billed?: readonly BilledTurn[];
}

/** What has become of results that were handed to the store. */
export interface RecordedResults {
  readonly taken: number;
  /** Of no item of the job. */
  readonly foreign: number;
  /** Of items that have a result already. */
  readonly repeated: number;
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
  readonly vendorCounts?: VendorBatch['counts'];
}

interface StoredProgress extends JobProgress {
  // The names that earlier versions stored these under.
  readonly idleLooks?: number;
  readonly seen?: string;
  readonly isAgain?: boolean;
}

export const readProgress = (json: string): JobProgress => {
  const { idleLooks, seen, isAgain, ...progress } = JSON.parse(json) as StoredProgress;
  return {
    ...(idleLooks !== undefined && { unchangedPolls: idleLooks }),
    ...(seen !== undefined && { lastSeen: seen }),
    ...(isAgain !== undefined && { isResubmitted: isAgain }),
    ...progress,
  };
};
