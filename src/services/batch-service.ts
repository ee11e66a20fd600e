import type { Batch, BatchItem, BatchItemStatus, BatchStatus } from '../core/batch-record.ts';
import type { Problem } from '../core/errors.ts';
import type { GenerateInput } from '../core/generate-input.ts';
import type { JsonValue } from '../core/json.ts';

/**
 * One request as it was handed in, or why it could not be read. `path` of that problem begins at the request itself
 * (`['customId']`, `['input', 'temperature']`, `[]`). `line`: the position its problems are reported under, from 0, where
 * that is not the number of requests before it (a file with blank lines).
 */
export type BatchSubmissionLine = { readonly line?: number } & (
  | { readonly customId: string; readonly input: GenerateInput }
  | { readonly problem: Problem }
);

export interface BatchSubmission {
  readonly principalId: string;
  readonly displayName: string | null;
  readonly metadata: JsonValue | null;
  readonly idempotencyKey: string | null;
  readonly requests: AsyncIterable<BatchSubmissionLine>;
  /** The field they came in, for the paths of problems. */
  readonly source: 'requests' | 'file';
  readonly signal: AbortSignal;
}

export interface BatchPage {
  readonly items: readonly { readonly cursor: string; readonly batch: Batch }[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

export interface BatchItemPage {
  readonly items: readonly { readonly cursor: string; readonly item: BatchItem }[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

export interface PageQuery<Status> {
  readonly first: number;
  /** A cursor of an earlier page; one that is none throws `INVALID_REQUEST` at `after`. */
  readonly after: string | null;
  readonly statuses: readonly Status[] | null;
}

/** Takes batches in, shows them and stops them, on any node; the work itself is done elsewhere. */
export declare class BatchService {
  /**
   * Takes the requests in as they come, checks each as a single generation would be, and answers once all are stored.
   * Throws `RequestRejected` with the first 100 problems, at `['input', source, position, …]`, and leaves nothing behind
   * then, nor when the signal is aborted.
   */
  submit(submission: BatchSubmission): Promise<Batch>;
  /** A batch by id; undefined when it is unknown, expired or another principal's. */
  findBatch(id: string, principalId: string): Promise<Batch | undefined>;
  /** A principal's batches, newest first. */
  list(principalId: string, query: PageQuery<BatchStatus>): Promise<BatchPage>;
  /** The items of a batch in the order of their submission. Throws `NOT_FOUND` as `findBatch` finds nothing. */
  items(batchId: string, principalId: string, query: PageQuery<BatchItemStatus>): Promise<BatchItemPage>;
  findItem(batchId: string, principalId: string, customId: string): Promise<BatchItem | undefined>;
  findItemById(id: string, principalId: string): Promise<BatchItem | undefined>;
  /**
   * Asks for the end of a batch: `cancelling` until its vendor has ended it, then `cancelled`. What is done stays
   * readable; one that has ended stays as it is. Throws `NOT_FOUND`.
   */
  cancel(id: string, principalId: string): Promise<Batch>;
  /**
   * The state now, then each change, a few a second at the most; ends after the final state, or when the signal is
   * aborted. Throws `NOT_FOUND`.
   */
  updates(id: string, principalId: string, signal: AbortSignal): Promise<AsyncIterableIterator<Batch>>;
}
