import type { BatchMode } from '../../core/batch.ts';
import type { Billing } from '../../core/billed-turn.ts';
import { type AppliedBudget, BudgetExceeded } from '../../core/budget.ts';
import type { Warning } from '../../core/generation.ts';
import type { JsonValue } from '../../core/json.ts';
import type { OutputRules } from '../../core/output.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { BATCH_WORK } from './batch-channels.ts';
import type { BatchRecord } from './batch-rows.ts';
import { reserveInBudgets } from '../budgets.ts';
import type { Db, Queries, Transaction } from '../db/db.ts';
import { joinRows, toRow, toRows } from '../db/dialect.ts';
import { type IdempotencyEntry, takeKey } from '../idempotency-keys.ts';
import { encodeBilling } from '../settle.ts';
import { toJson } from '../db/to-json.ts';

/** A batch whose requests are still to come. */
export interface NewBatch extends BatchRecord {
  readonly id: string;
  readonly principalId: string;
  readonly mode: BatchMode;
  /** What concerns the batch as a whole. */
  readonly warnings: readonly Warning[];
  /** How long it is kept after its end, in milliseconds; left out or null: as the server is set. */
  readonly retentionMs?: number | null;
}

export interface NewItem {
  readonly index: number;
  readonly customId: string;
  readonly request: TextRequest;
  readonly outputRules: OutputRules;
  /** What the checks found about the request. */
  readonly warnings: readonly Warning[];
  readonly metadata: JsonValue | null;
  /** The most that it may cost, in billionths of a US dollar; null: no price is known. */
  readonly bound: number | null;
}

/** Items that follow each other and are one job. */
export interface NewJob {
  /** Unique; what a vendor is given to store. */
  readonly key: string;
  readonly firstIndex: number;
  readonly itemCount: number;
}

export interface NewJobs {
  /** The number of items of the whole batch. */
  readonly total: number;
  readonly provider: string;
  readonly jobs: readonly NewJob[];
  readonly billing: Omit<Billing, 'budgets'>;
  /** In which the bound of all items is reserved. */
  readonly budgets: readonly AppliedBudget[];
}

/**
 * - `existing`: the key stands for another batch, or a generation, already.
 * - `gone`: the requests took so long to come in that those there were have been deleted.
 */
export type Publication =
  | { readonly type: 'published' | 'gone' }
  | { readonly type: 'existing'; readonly batchId: string; readonly sameRequest: boolean };

/** How long requests may take to come in. */
const RECEIVING_MS = 3_600_000;

const CREATE = `
  INSERT INTO batch (id, principal_id, status, mode, record, warnings, total, succeeded, failed, cancelled, expired,
    created_at, expires_at, retention_ms)
  VALUES ($1, $2, 'receiving', $3, $4, $5, 0, 0, 0, 0, 0, NOW_MS, NOW_MS + ${RECEIVING_MS}, $6)`;

const ADD_ITEMS = `
  INSERT INTO batch_item (batch_rid, idx, custom_id, status, wants_json, max_output_tokens, request, warnings,
    metadata, output_rules, bound)
  SELECT $1, r.idx, r.custom_id, 'pending', r.wants_json, r.max_output_tokens, r.request, r.warnings,
    r.metadata, r.output_rules, r.bound
  FROM JSON_ROWS($2, idx bigint, custom_id text, wants_json bigint, max_output_tokens bigint, request text,
    warnings text, metadata text, output_rules text, bound bigint) AS r`;

const HOLD_RECEIVING = `
  SELECT rid, principal_id FROM batch WHERE id = $1 AND status = 'receiving' AND expires_at > NOW_MS FOR UPDATE`;

const PUBLISH = `
  UPDATE batch SET status = 'queued', total = $2, billing = $3, expires_at = NULL, created_at = NOW_MS WHERE rid = $1`;

// Parts wait for the one before them, so that at most one of a batch is in doubt after a crash.
const ADD_JOBS = `
  INSERT INTO batch_job (batch_rid, part, provider, vendor_key, first_index, item_count, state, progress, next_look_at, lease_until, fence)
  SELECT $1, r.part, $3, r.vendor_key, r.first_index, r.item_count, 'waiting', '{}',
    CASE WHEN r.part = 0 THEN NOW_MS ELSE ${Number.MAX_SAFE_INTEGER} END, 0, 0
  FROM JSON_ROWS($2, part bigint, vendor_key text, first_index bigint, item_count bigint) AS r`;

const DISCARD = `UPDATE batch SET expires_at = 0 WHERE id = $1 AND status = 'receiving'`;

interface ReceivingRow {
  readonly rid: number;
  readonly principal_id: string;
}

const toJsonOrNull = (warnings: readonly Warning[]): string | null =>
  warnings.length === 0 ? null : toJson(warnings);

/** As `BatchStore.create`. */
export const createBatch = async (
  queries: Queries,
  { id, principalId, mode, displayName, metadata, config, keyId, warnings, retentionMs = null }: NewBatch,
): Promise<void> => {
  const record = toJson({
    displayName,
    metadata,
    config,
    ...(keyId !== undefined && { keyId }),
  } satisfies BatchRecord);
  await queries.query(CREATE, [id, principalId, mode, record, toJsonOrNull(warnings), retentionMs]);
};

/**
 * An item as the text it is stored from. Items that wait for others take a fraction of the memory as texts, and leave no
 * objects behind that outlive collections of the young generation.
 */
export const encodeItem = ({
  index,
  customId,
  request,
  outputRules,
  warnings,
  metadata,
  bound,
}: NewItem): string =>
  toRow({
    idx: index,
    custom_id: customId,
    wants_json: outputRules.wantsJson ? 1 : 0,
    max_output_tokens: request.maxOutputTokens,
    request: toJson(request),
    warnings: toJsonOrNull(warnings),
    metadata: metadata === null ? null : toJson(metadata),
    output_rules: outputRules.schema === null ? null : toJson(outputRules),
    bound,
  });

/** As `BatchStore.addItems`. */
export const addItems = (db: Db, id: string, items: readonly string[]): Promise<boolean> => {
  const values = joinRows(items);
  return db.transaction(async (transaction) => {
    const [batch] = await transaction.query<ReceivingRow>(HOLD_RECEIVING, [id]);
    if (batch === undefined) return false;
    for (const rows of values) await transaction.query(ADD_ITEMS, [batch.rid, rows]);
    return true;
  });
};

/** Gives the rows of the budgets. Throws `BudgetExceeded`, which undoes the transaction. */
const reserve = async (
  transaction: Transaction,
  budgets: readonly AppliedBudget[],
  amount: number,
): Promise<readonly number[]> => {
  if (budgets.length === 0) return [];
  const [answer] = await reserveInBudgets(transaction, [{ budgets, amount }]);
  if (answer?.type === 'short') throw new BudgetExceeded(answer.shortage);
  return answer?.rids ?? [];
};

/** As `BatchStore.publish`. */
export const publishBatch = (
  db: Db,
  id: string,
  { total, provider, jobs, billing, budgets }: NewJobs,
  idempotency: IdempotencyEntry | null,
): Promise<Publication> =>
  db.transaction(async (transaction) => {
    const [batch] = await transaction.query<ReceivingRow>(HOLD_RECEIVING, [id]);
    if (batch === undefined) return { type: 'gone' };
    if (idempotency !== null) {
      const owner = { id, principalId: batch.principal_id };
      const { holder } = await takeKey(transaction, owner, idempotency);
      if (holder.id !== id)
        return {
          type: 'existing',
          batchId: holder.id,
          sameRequest: holder.requestHash === idempotency.requestHash,
        };
    }
    const rids = await reserve(transaction, budgets, billing.bound ?? 0);
    await transaction.query(PUBLISH, [batch.rid, total, encodeBilling({ ...billing, budgets: rids })]);
    const rows = jobs.map(({ key, firstIndex, itemCount }, part) => ({
      part,
      vendor_key: key,
      first_index: firstIndex,
      item_count: itemCount,
    }));
    await transaction.query(ADD_JOBS, [batch.rid, toRows(rows), provider]);
    await transaction.notify(BATCH_WORK, '');
    return { type: 'published' };
  });

/** As `BatchStore.discard`. */
export const discardBatch = async (queries: Queries, id: string): Promise<void> => {
  await queries.query(DISCARD, [id]);
};
