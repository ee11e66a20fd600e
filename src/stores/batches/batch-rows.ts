import {
  type Batch,
  type BatchItem,
  type BatchItemStatus,
  type BatchMode,
  type BatchStatus,
  EMPTY_RESULT,
  type ItemResult,
  toBatchItemId,
} from '../../core/batch.ts';
import type { GenerationError } from '../../core/generation.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { Cost, Usage } from '../../core/usage.ts';
import { addTold } from './vendor-counts.ts';

/** What of a batch never changes. */
export interface BatchRecord {
  readonly displayName: string | null;
  readonly metadata: JsonValue | null;
  readonly config: ModelConfig;
}

export interface BatchRow {
  readonly rid: number;
  readonly id: string;
  readonly principal_id: string;
  readonly status: BatchStatus;
  readonly mode: BatchMode;
  readonly record: string;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
  readonly usage: string | null;
  readonly cost: string | null;
  readonly error: string | null;
  readonly created_at: number;
  readonly submitted_at: number | null;
  readonly finished_at: number | null;
  readonly vendor_expires_at: number | null;
  /** In the order of their items, one a line. */
  readonly provider_batch_ids: string | null;
  /** What vendors say of the jobs they work on, one a line. */
  readonly told: string | null;
}

/** Everything `toBatch` reads, of a table `batch`. */
export const BATCH_COLUMNS = `rid, id, principal_id, status, mode, record, total, succeeded, failed, cancelled, expired,
  usage, cost, error, created_at, submitted_at, finished_at, vendor_expires_at,
  (SELECT string_agg(j.provider_batch_id, '\n' ORDER BY j.part) FROM batch_job AS j
    WHERE j.batch_rid = batch.rid AND j.provider_batch_id IS NOT NULL) AS provider_batch_ids,
  (SELECT string_agg(j.told, '\n') FROM batch_job AS j
    WHERE j.batch_rid = batch.rid AND j.state <> 'done' AND j.told IS NOT NULL) AS told`;

/** Of a batch that its owner can see: one whose time is over is hidden at once, and deleted later. */
export const IS_VISIBLE = `status <> 'receiving' AND (expires_at IS NULL OR expires_at > NOW_MS)`;

export interface ItemRow {
  readonly idx: number;
  readonly custom_id: string;
  readonly status: BatchItemStatus;
  readonly wants_json: number;
  readonly result: string | null;
  readonly metadata: string | null;
}

export const ITEM_COLUMNS = 'idx, custom_id, status, wants_json, result, metadata';

const parse = (json: string | null): unknown => (json === null ? null : JSON.parse(json));

const toDate = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

export const toBatch = (row: BatchRow): Batch => {
  const { total, succeeded, failed, cancelled, expired } = row;
  const stored = { succeeded, failed, cancelled, expired };
  return {
    id: row.id,
    principalId: row.principal_id,
    status: row.status,
    mode: row.mode,
    ...(JSON.parse(row.record) as BatchRecord),
    counts: addTold(total, stored, row.told),
    storedCounts: addTold(total, stored, null),
    providerBatchIds: row.provider_batch_ids?.split('\n') ?? [],
    usage: parse(row.usage) as Usage | null,
    cost: parse(row.cost) as Cost | null,
    error: parse(row.error) as GenerationError | null,
    createdAt: new Date(row.created_at),
    submittedAt: toDate(row.submitted_at),
    completedAt: toDate(row.finished_at),
    expiresAt: toDate(row.vendor_expires_at),
  };
};

/** A text that is not the JSON it was to be has no output, as in a single generation. */
const toOutput = (text: string | null): JsonValue | null => {
  if (text === null || text === '') return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
};

export const toBatchItem = (batchId: string, row: ItemRow): BatchItem => {
  const result = (parse(row.result) as ItemResult | null) ?? EMPTY_RESULT;
  return {
    id: toBatchItemId(batchId, row.idx),
    batchId,
    customId: row.custom_id,
    index: row.idx,
    status: row.status,
    ...result,
    output: row.wants_json === 1 ? toOutput(result.text) : null,
    metadata: parse(row.metadata) as JsonValue | null,
  };
};
