import { type Batch, BATCH_STATUSES } from '../../core/batch.ts';
import { isTerminalBatch } from '../../core/batch-states.ts';
import { BATCH_CHANGES } from './batch-channels.ts';
import { BATCH_COLUMNS, type BatchRow, toBatch } from './batch-rows.ts';
import type { Db } from '../db/db.ts';
import { toRows } from '../db/dialect.ts';

/** A delivery that this node holds the lease of. */
export interface WebhookDelivery {
  readonly rid: number;
  readonly fence: number;
  /** This one included. */
  readonly attempts: number;
  /** How long ago the end of the batch was noticed, in milliseconds. */
  readonly ageMs: number;
  readonly batch: Batch;
}

export type WebhookOutcome =
  | { readonly type: 'delivered' | 'given-up' }
  | { readonly type: 'failed'; readonly retryAfterMs: number };

const DAY_MS = 86_400_000;
const TERMINAL = toRows(BATCH_STATUSES.filter(isTerminalBatch));

const COLLECT = `
  INSERT INTO webhook_delivery (batch_id, state, attempts, next_attempt_at, lease_until, fence, created_at)
  SELECT b.id, 'due', 0, NOW_MS, 0, 0, NOW_MS FROM batch AS b
  WHERE b.finished_at > NOW_MS - ${DAY_MS} AND b.status IN_LIST($1)
    AND NOT EXISTS (SELECT 1 FROM webhook_delivery AS d WHERE d.batch_id = b.id)
  ON CONFLICT (batch_id) DO NOTHING`;

const CLAIM = `
  UPDATE webhook_delivery SET lease_owner = $1, lease_until = NOW_MS + $2, fence = fence + 1, attempts = attempts + 1
  WHERE rid IN (
    SELECT rid FROM webhook_delivery WHERE state = 'due' AND next_attempt_at <= NOW_MS AND lease_until < NOW_MS
    ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING rid, batch_id, fence, attempts, NOW_MS - created_at AS age_ms`;

const SETTLE = `
  UPDATE webhook_delivery SET state = $4, next_attempt_at = NOW_MS + cast($5 as bigint), lease_owner = NULL, lease_until = 0
  WHERE rid = $1 AND lease_owner = $2 AND fence = $3`;

const FIND = `SELECT ${BATCH_COLUMNS} FROM batch WHERE id IN_LIST($1) AND status IN_LIST($2)`;

const LEAVE = `UPDATE webhook_delivery SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = $1`;

const DELETE = `
  DELETE FROM webhook_delivery WHERE rid IN (
    SELECT rid FROM webhook_delivery WHERE created_at < NOW_MS - ${2 * DAY_MS} LIMIT $1)`;

interface ClaimRow {
  readonly rid: number;
  readonly batch_id: string;
  readonly fence: number;
  readonly attempts: number;
  readonly age_ms: number;
}

/**
 * The notifications of ended batches that are still to be delivered, shared out among nodes by leases. Each method rejects with
 * `StoreUnavailable` while the database is away.
 */
export class WebhookStore {
  readonly #db: Db;
  readonly #nodeId: string;

  constructor(db: Db, nodeId: string) {
    this.#db = db;
    this.#nodeId = nodeId;
  }

  /** On SQLite there is no other node: what is leased was leased by an earlier start of this one. */
  async start(): Promise<void> {
    if (this.#db.engine === 'sqlite')
      await this.#db.query(
        'UPDATE webhook_delivery SET lease_owner = NULL, lease_until = 0 WHERE lease_until > 0',
      );
  }

  /** Makes a delivery of every batch that has ended within the last day and has none. */
  async collect(): Promise<void> {
    await this.#db.query(COLLECT, [TERMINAL]);
  }

  /** Takes at most so many deliveries that are due, for so long. Each is one attempt, whatever becomes of it. */
  async claim(maxDeliveries: number, leaseMs: number): Promise<readonly WebhookDelivery[]> {
    const rows = await this.#db.query<ClaimRow>(CLAIM, [this.#nodeId, leaseMs, maxDeliveries]);
    if (rows.length === 0) return [];
    const ids = toRows(rows.map(({ batch_id: id }) => id));
    const found = await this.#db.query<BatchRow>(FIND, [ids, TERMINAL]);
    const batches = new Map(found.map((row) => [row.id, toBatch(row)]));
    return rows.flatMap(({ rid, batch_id: id, fence, attempts, age_ms: ageMs }) => {
      const batch = batches.get(id);
      return batch === undefined ? [] : [{ rid, fence, attempts, ageMs, batch }];
    });
  }

  /** Notes what became of an attempt, unless the lease is another's by now. */
  async settle({ rid, fence }: WebhookDelivery, outcome: WebhookOutcome): Promise<void> {
    const [state, afterMs] =
      outcome.type === 'failed' ? ['due', Math.round(outcome.retryAfterMs)] : [outcome.type, 0];
    await this.#db.query(SETTLE, [rid, this.#nodeId, fence, state, afterMs]);
  }

  /** Gives back every lease of this node. */
  async leave(): Promise<void> {
    await this.#db.query(LEAVE, [this.#nodeId]);
  }

  /** Deletes at most so many of those that are older than any attempt may be. */
  async deleteExpired(maxRows: number): Promise<void> {
    await this.#db.query(DELETE, [maxRows]);
  }

  /** Called when a batch may have ended, on any node. */
  onBatchChange(handle: () => void): () => void {
    return this.#db.listen(BATCH_CHANGES, handle, { onReconnect: handle });
  }
}
