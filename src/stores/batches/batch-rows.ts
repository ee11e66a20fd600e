import type { Batch, BatchMode, BatchStatus } from '../../core/batch.ts';
import type { GenerationError, Warning } from '../../core/generation.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import { completeCost, type Cost, type Usage } from '../../core/usage.ts';
import { fromJson } from '../db/from-json.ts';
import { addVendorCounts } from './vendor-counts.ts';

/** What of a batch never changes. */
export interface BatchRecord {
  readonly displayName: string | null;
  readonly metadata: JsonValue | null;
  readonly config: ModelConfig;
  /** Id of the server's key that its vendor batches belong to; left out: the only one there was. */
  readonly keyId?: string;
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
  readonly warnings: string | null;
  readonly error: string | null;
  readonly created_at: number;
  readonly submitted_at: number | null;
  readonly finished_at: number | null;
  readonly vendor_expires_at: number | null;
  /** In the order of their items, one a line. */
  readonly provider_batch_ids: string | null;
  /** The counts of vendors for the jobs they work on, one a line. */
  readonly vendor_counts: string | null;
}

/** Everything `toBatch` reads, of a table `batch`. */
export const BATCH_COLUMNS = `rid, id, principal_id, status, mode, record, total, succeeded, failed, cancelled, expired,
  usage, cost, warnings, error, created_at, submitted_at, finished_at, vendor_expires_at,
  (SELECT string_agg(j.provider_batch_id, '\n' ORDER BY j.part) FROM batch_job AS j
    WHERE j.batch_rid = batch.rid AND j.provider_batch_id IS NOT NULL) AS provider_batch_ids,
  (SELECT string_agg(j.told, '\n') FROM batch_job AS j
    WHERE j.batch_rid = batch.rid AND j.state <> 'done' AND j.told IS NOT NULL) AS vendor_counts`;

/** The condition that a batch's owner can see it. One whose retention is over is hidden at once, and deleted later. */
export const isVisible = (table: string): string =>
  `${table}.status <> 'receiving' AND (${table}.expires_at IS NULL OR ${table}.expires_at > NOW_MS)`;

export const parseJsonColumn = (json: string | null): unknown => (json === null ? null : fromJson(json));

export const readWarnings = (json: string | null): readonly Warning[] =>
  (parseJsonColumn(json) as readonly Warning[] | null) ?? [];

/** The record with what its client wrote in it: numbers of its metadata keep their digits. */
export const readBatchRecord = (json: string): BatchRecord => fromJson(json) as BatchRecord;

export const readCost = (json: string | null): Cost | null =>
  completeCost(parseJsonColumn(json) as Cost | null);

const toDate = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

export const toBatch = (row: BatchRow): Batch => {
  const { total, succeeded, failed, cancelled, expired } = row;
  const stored = { succeeded, failed, cancelled, expired };
  return {
    id: row.id,
    principalId: row.principal_id,
    status: row.status,
    mode: row.mode,
    ...readBatchRecord(row.record),
    counts: addVendorCounts(total, stored, row.vendor_counts),
    storedCounts: addVendorCounts(total, stored, null),
    providerBatchIds: row.provider_batch_ids?.split('\n') ?? [],
    usage: parseJsonColumn(row.usage) as Usage | null,
    cost: readCost(row.cost),
    warnings: readWarnings(row.warnings),
    error: parseJsonColumn(row.error) as GenerationError | null,
    createdAt: new Date(row.created_at),
    submittedAt: toDate(row.submitted_at),
    completedAt: toDate(row.finished_at),
    expiresAt: toDate(row.vendor_expires_at),
  };
};
