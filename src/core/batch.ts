import type { FinishReason, GenerationError, ToolCall } from './generation.ts';
import type { JsonValue } from './json.ts';
import type { ModelConfig } from './model-config.ts';
import type { Cost, Usage } from './usage.ts';

export const BATCH_STATUSES = [
  'queued',
  'submitted',
  'running',
  'completed',
  'cancelling',
  'cancelled',
  'failed',
  'expired',
] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

export const BATCH_ITEM_STATUSES = ['pending', 'succeeded', 'failed', 'cancelled', 'expired'] as const;
export type BatchItemStatus = (typeof BATCH_ITEM_STATUSES)[number];

/** `native`: the vendor's batch API does the work; `sequential`: this server asks one request after the other. */
export const BATCH_MODES = ['native', 'sequential'] as const;
export type BatchMode = (typeof BATCH_MODES)[number];

/** How many items of a batch have which status; all but `total` add up to it. */
export interface BatchCounts {
  readonly total: number;
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
}

/** What is known of a batch at one moment. A final status is not shown before every result can be read. */
export interface Batch {
  /** `batch_…` */
  readonly id: string;
  /** Whose it is: nobody else may see it. */
  readonly principalId: string;
  readonly displayName: string | null;
  readonly status: BatchStatus;
  readonly mode: BatchMode;
  /** The model of every one of its requests. */
  readonly config: ModelConfig;
  /** While a vendor works on it, as far as the vendor tells; their results can be read once it is done. */
  readonly counts: BatchCounts;
  /** Of the results that can be read. */
  readonly storedCounts: BatchCounts;
  /** The vendor's batches it was split into, in the order of their items; those that are not submitted are not there. */
  readonly providerBatchIds: readonly string[];
  /** Sums over the items that have a result. */
  readonly usage: Usage | null;
  readonly cost: Cost | null;
  /** Why a failed batch failed. */
  readonly error: GenerationError | null;
  readonly metadata: JsonValue | null;
  readonly createdAt: Date;
  readonly submittedAt: Date | null;
  readonly completedAt: Date | null;
  /** When the vendor gives up what it has not done by then. */
  readonly expiresAt: Date | null;
}

/** What came of one request of a batch. */
export interface ItemResult {
  readonly text: string | null;
  readonly reasoning: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason | null;
  readonly usage: Usage | null;
  readonly cost: Cost | null;
  readonly error: GenerationError | null;
}

/** Of one that nothing has come of. */
export const EMPTY_RESULT: ItemResult = {
  text: null,
  reasoning: null,
  toolCalls: [],
  finishReason: null,
  usage: null,
  cost: null,
  error: null,
};

/** One request of a batch and what came of it. */
export interface BatchItem extends ItemResult {
  /** `item_<id of the batch without its prefix>_<index>` */
  readonly id: string;
  readonly batchId: string;
  readonly customId: string;
  /** Its position in the submission, from 0. */
  readonly index: number;
  readonly status: BatchItemStatus;
  /** The parsed text, where JSON was asked for and came. */
  readonly output: JsonValue | null;
  /** The caller's own, as in the request. */
  readonly metadata: JsonValue | null;
}

const FINAL_STATUSES: ReadonlySet<BatchStatus> = new Set(['completed', 'cancelled', 'failed', 'expired']);

/** Whether nothing of a batch changes any more. */
export const isFinalBatchStatus = (status: BatchStatus): boolean => FINAL_STATUSES.has(status);

const BATCH_PREFIX = 'batch_';
const ITEM_ID = /^item_([0-9a-z]+)_(0|[1-9][0-9]{0,8})$/;

export const toBatchItemId = (batchId: string, index: number): string =>
  `item_${batchId.slice(BATCH_PREFIX.length)}_${index}`;

/** The batch and the position an item's id names; undefined: it is no such id. */
export const findItemPosition = (
  itemId: string,
): { readonly batchId: string; readonly index: number } | undefined => {
  const [, batch, index] = ITEM_ID.exec(itemId) ?? [];
  if (batch === undefined || index === undefined) return undefined;
  return { batchId: `${BATCH_PREFIX}${batch}`, index: Number(index) };
};
