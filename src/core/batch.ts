import type { Citation, FinishReason, GenerationError, ToolCall, Warning } from './generation.ts';
import type { JsonValue } from './json.ts';
import type { OutputViolation } from './output.ts';
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

/** `native`: the vendor's batch API does the work; `sequential`: this server sends request by request. */
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

/** What is known of a batch at one moment. A terminal status is not shown before every result can be read. */
export interface Batch {
  /** `batch_…` */
  readonly id: string;
  /** The only principal that may see it. */
  readonly principalId: string;
  readonly displayName: string | null;
  readonly status: BatchStatus;
  readonly mode: BatchMode;
  /** The model of every one of its requests. */
  readonly config: ModelConfig;
  /** While a vendor works on it, as the vendor counts; those results can be read once the vendor has finished. */
  readonly counts: BatchCounts;
  /** Of the results that can be read. */
  readonly storedCounts: BatchCounts;
  /** The ids of the vendor's batches it was split into, in the order of their items; only those that were submitted. */
  readonly providerBatchIds: readonly string[];
  /** Sums over the items that have a result. */
  readonly usage: Usage | null;
  readonly cost: Cost | null;
  /** What concerns the batch as a whole: its model, and what its vendor says of it. Warnings of a request are its item's. */
  readonly warnings: readonly Warning[];
  /** Why a failed batch failed. */
  readonly error: GenerationError | null;
  readonly metadata: JsonValue | null;
  readonly createdAt: Date;
  readonly submittedAt: Date | null;
  readonly completedAt: Date | null;
  /** When the vendor abandons what it has not answered by then. */
  readonly expiresAt: Date | null;
}

/** Who answered, and its opaque state of the answer, to be sent back with it. */
export interface ItemOrigin {
  readonly provider: string;
  readonly state: JsonValue | null;
}

/** The outcome of one request of a batch. */
export interface ItemResult {
  readonly text: string | null;
  readonly reasoning: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly citations: readonly Citation[];
  readonly finishReason: FinishReason | null;
  /** The provider's own word for it. */
  readonly rawFinishReason: string | null;
  readonly usage: Usage | null;
  readonly cost: Cost | null;
  /** What the provider, and the reading of its answer, had to say; those of the checks are stored with the item. */
  readonly warnings: readonly Warning[];
  readonly error: GenerationError | null;
  /** Where the answer breaks its schema. */
  readonly outputViolations: readonly OutputViolation[];
  /** What belongs to the provider alone; null: nothing does, or it is not known any more. */
  readonly origin: ItemOrigin | null;
}

/** Of a request that was never answered. */
export const EMPTY_RESULT: ItemResult = {
  text: null,
  reasoning: null,
  toolCalls: [],
  citations: [],
  finishReason: null,
  rawFinishReason: null,
  usage: null,
  cost: null,
  warnings: [],
  error: null,
  outputViolations: [],
  origin: null,
};

/** One request of a batch and its outcome. `warnings` holds those of the checks first, then those of the answer. */
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
