import type { GenerationError, GenerationResult, Warning } from './generation.ts';
import type { BatchSupport, ModelConfig } from './model-config.ts';
import type { TextProvider } from './text-provider.ts';
import type { TextRequest } from './text-request.ts';

/** One request of a batch, already checked. `customId` is unique in its batch and acceptable to the provider. */
export interface BatchRequest {
  readonly customId: string;
  readonly request: TextRequest;
}

/** How many requests of a vendor's batch are where; null where the vendor does not tell while it runs. */
export interface VendorBatchCounts {
  readonly total: number | null;
  readonly succeeded: number | null;
  readonly failed: number | null;
  readonly cancelled: number | null;
  readonly expired: number | null;
}

/**
 * A batch as its vendor sees it.
 * - `running`: not ended, whatever the vendor calls it; `cancelling`: ends soon because it was asked to.
 * - `ended`: nothing changes any more and every result there will ever be can be read. `failed` says why when the
 *   vendor refused the batch as a whole, so that there are no results at all.
 */
export interface VendorBatch {
  readonly id: string;
  readonly state: 'running' | 'cancelling' | 'ended';
  /** Why it ended; null while it has not. An ended batch may have results of any status whatever this says. */
  readonly outcome: 'completed' | 'cancelled' | 'expired' | 'failed' | null;
  /** Of a batch that failed as a whole; null otherwise. */
  readonly error: GenerationError | null;
  /** What the vendor says of a batch that did not fail as a whole, in words that may be shown. Left out: nothing. */
  readonly warnings?: readonly Warning[];
  readonly counts: VendorBatchCounts | null;
  readonly createdAt: Date | null;
  readonly expiresAt: Date | null;
  /** When the vendor asks to be polled again, in milliseconds from now; null: it does not say. */
  readonly retryAfterMs: number | null;
}

/** What had come of an answer when it failed: it may have been billed. */
export type PartialAnswer = Pick<
  GenerationResult,
  'text' | 'reasoning' | 'toolCalls' | 'citations' | 'usage' | 'warnings'
>;

/** The outcome of one request of a batch. `partial` is left out where nothing had come. */
export type BatchResult = { readonly customId: string } & (
  | { readonly status: 'succeeded'; readonly result: GenerationResult }
  | { readonly status: 'failed'; readonly error: GenerationError; readonly partial?: PartialAnswer }
  | { readonly status: 'cancelled' }
  | { readonly status: 'expired' }
);

export interface SubmitBatchOptions {
  /** Unique to this vendor batch, 1 to 64 of `[a-z0-9_-]`: stored with the vendor wherever it takes something to store. */
  readonly key: string;
  readonly signal: AbortSignal;
  /**
   * Waited for right before the vendor is asked to make the batch, whatever was uploaded by then. What it throws is thrown
   * on, and no batch has been made: for a caller who may have lost the right to go on while files were on their way.
   */
  readonly beforeCreate?: () => Promise<void>;
}

export interface BatchCallOptions {
  readonly signal: AbortSignal;
}

/** What is known of a vendor batch whose id never came back. */
export interface ExpectedBatch {
  /** When its submission began, by our clock. */
  readonly since: Date;
  /** How many requests it has. */
  readonly total: number;
  /** Vendor batches that are known to be others: never found again where the vendor stores no key of ours. */
  readonly takenIds?: ReadonlySet<string>;
  /** Whether one of its requests has this custom id; asked of a few results where nothing else tells batches apart. */
  readonly hasCustomId?: (customId: string) => boolean | Promise<boolean>;
}

/**
 * A vendor's batch API for one model. No call retries; each throws `ProviderError`, and closes its upstream sockets
 * when `signal` is aborted.
 */
export interface BatchOperations {
  /** Whether the vendor stores our key, so that what `find` does not find a moment later was never submitted. */
  readonly storesKey: boolean;
  /**
   * Hands requests over, uploading them first where the vendor wants a file; they are read once, in order, and never
   * held in memory as a whole where the vendor takes a file. Throws `INVALID_REQUEST` before anything is sent where
   * the vendor's limits are passed.
   */
  submit(requests: AsyncIterable<BatchRequest>, options: SubmitBatchOptions): Promise<VendorBatch>;
  /**
   * The vendor's batch that was submitted under a key, searched among those created since a moment: what tells whether
   * a submission that was interrupted had arrived. undefined: there is none. `expected` helps where the vendor stores
   * no key of ours; throws there when it leaves a doubt.
   */
  find(key: string, expected: ExpectedBatch, options: BatchCallOptions): Promise<VendorBatch | undefined>;
  poll(id: string, options: BatchCallOptions): Promise<VendorBatch>;
  /** Asks the vendor to stop it. Resolves once the vendor has taken note; one that has ended already is no error. */
  cancel(id: string, options: BatchCallOptions): Promise<VendorBatch>;
  /** The results of a batch that has ended, in the vendor's order, each request at most once; read as they arrive. */
  results(id: string, options: BatchCallOptions): AsyncIterable<BatchResult>;
  /**
   * Deletes a batch that has ended at the vendor, with its files, as far as the vendor has calls for that. What is not there is
   * deleted already. Left out: the vendor has none.
   */
  delete?(id: string, options: BatchCallOptions): Promise<void>;
  /** Why the vendor would not take a custom id; undefined: it would. */
  findCustomIdProblem(customId: string): string | undefined;
  /** How many bytes a request takes in a vendor batch: what the vendor's size limit is counted in. */
  sizeOf(request: BatchRequest): number;
}

/** A provider whose vendor has a batch API for this model. */
export interface BatchTextProvider extends TextProvider {
  readonly batches: BatchOperations;
}

/** Whether the vendor has a batch API for the model the provider is bound to. */
export const hasBatchOperations = (provider: TextProvider): provider is BatchTextProvider =>
  'batches' in provider && provider.batches !== undefined;

/** Whether batches of a model go to its vendor's batch API rather than one request after the other. */
export const hasNativeBatch = (config: ModelConfig): boolean => config.batch.type !== 'none';

/** OpenAI: "The batch input file is larger than the 209715200 maximum", where its documentation says 200 MB. */
const BYTES_PER_MB = 1024 * 1024;

/** What a vendor takes in one of its batches. */
export interface BatchLimits {
  readonly maxRequests: number;
  /** As `BatchOperations.sizeOf` counts them. */
  readonly maxBytes: number;
}

/** The limits of a model's vendor; null where the vendor has no batch API for the model. */
export const findBatchLimits = (support: BatchSupport): BatchLimits | null =>
  support.type === 'none'
    ? null
    : { maxRequests: support.maxRequests, maxBytes: support.maxFileSizeMb * BYTES_PER_MB };

/** How a limit in bytes is said, with the megabytes of the vendor's documentation. */
export const describeBytes = (bytes: number): string => `${bytes / BYTES_PER_MB} MB (${bytes} bytes)`;
