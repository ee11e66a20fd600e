import type { ModelConfig } from '../../core/model-config.ts';
import type { Db } from '../db/db.ts';
import { fromJson } from '../db/from-json.ts';

/** What a vendor still has of a batch that is deleted here. */
export interface VendorDeletion {
  readonly rid: number;
  readonly providerBatchId: string;
  /** The model as the batch had it. */
  readonly config: ModelConfig;
  /** Id of the server's key that the batch belongs to; null: the only one there was. */
  readonly keyId: string | null;
  /** This one included. */
  readonly attempts: number;
}

const CLAIM = `
  UPDATE vendor_deletion SET attempts = attempts + 1, next_attempt_at = NOW_MS + cast($1 as bigint)
  WHERE rid IN (
    SELECT rid FROM vendor_deletion WHERE next_attempt_at <= NOW_MS ORDER BY next_attempt_at
    LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING rid, provider_batch_id, config, key_id, attempts`;

const POSTPONE = 'UPDATE vendor_deletion SET next_attempt_at = NOW_MS + cast($2 as bigint) WHERE rid = $1';

const REMOVE = 'DELETE FROM vendor_deletion WHERE rid = $1';

interface ClaimRow {
  readonly rid: number;
  readonly provider_batch_id: string;
  readonly config: string;
  readonly key_id: string | null;
  readonly attempts: number;
}

/** Deletions that vendors are still to be asked for, shared by all nodes. Rejects with `StoreUnavailable` while the database is away. */
export class VendorDeletionStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Takes at most so many that are due: no other node takes them for `forMs`. */
  async claim(max: number, forMs: number): Promise<readonly VendorDeletion[]> {
    const rows = await this.#db.query<ClaimRow>(CLAIM, [forMs, max]);
    return rows.map(({ rid, provider_batch_id: providerBatchId, config, key_id: keyId, attempts }) => ({
      rid,
      providerBatchId,
      config: fromJson(config) as ModelConfig,
      keyId,
      attempts,
    }));
  }

  /** Has one be due again after a while. */
  async postpone({ rid }: VendorDeletion, afterMs: number): Promise<void> {
    await this.#db.query(POSTPONE, [rid, Math.round(afterMs)]);
  }

  async remove({ rid }: VendorDeletion): Promise<void> {
    await this.#db.query(REMOVE, [rid]);
  }
}
