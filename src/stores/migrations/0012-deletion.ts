import type { Migration } from './migration.ts';

/**
 * Times are milliseconds since 1970 by the database's clock.
 * - `deleted_at`: it was deleted while it was under way: nothing of it is shown any more, and its row goes with its end.
 * - `batch.retention_ms`: how long it is kept after its end, in milliseconds; null: as the server is set.
 * - `vendor_deletion`: what vendors still have of batches that are deleted here. `config`: the model as the batch had it,
 *   as JSON. `key_id`: of the server's key that the batch belongs to; null: the only one there was.
 *
 * Older servers cannot go on: they would neither cancel what is deleted nor leave its content unwritten, and show it.
 */
export const DELETION: Migration = {
  version: 12,
  name: 'deletion',
  statements: [
    'ALTER TABLE generation ADD COLUMN deleted_at bigint',
    `CREATE INDEX generation_deleted ON generation (deleted_at) WHERE deleted_at IS NOT NULL`,
    'ALTER TABLE batch ADD COLUMN deleted_at bigint',
    'ALTER TABLE batch ADD COLUMN retention_ms bigint',
    'CREATE INDEX idempotency_by_generation ON idempotency (generation_id)',
    'CREATE INDEX generation_command_by_generation ON generation_command (generation_id)',
    `CREATE TABLE vendor_deletion (
      rid IDENTITY,
      provider_batch_id text NOT NULL,
      config text NOT NULL,
      key_id text,
      attempts bigint NOT NULL,
      next_attempt_at bigint NOT NULL
    )`,
    'CREATE INDEX vendor_deletion_due ON vendor_deletion (next_attempt_at)',
  ],
};
