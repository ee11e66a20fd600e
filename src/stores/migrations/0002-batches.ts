import type { Migration } from './migration.ts';

/**
 * Times are milliseconds since 1970 by the database's clock; `record`, `request`, `result`, `usage`, `cost`, `error` and
 * `progress` are JSON as text.
 * - `batch`: `status` is that of the public record, or `receiving` while its requests come in and once it is to be deleted.
 * - `batch_item`: `request` is null as soon as there is a result.
 * - `batch_job`: what has to be done for some of a batch's items that follow each other, as one vendor batch or one after
 *   the other. The holder of its lease does it; everything written under the lease names the fence it was taken with.
 */
export const BATCHES: Migration = {
  version: 2,
  name: 'batches',
  statements: [
    `CREATE TABLE batch (
      rid IDENTITY,
      id text NOT NULL UNIQUE,
      principal_id text NOT NULL,
      status text NOT NULL,
      mode text NOT NULL,
      record text NOT NULL,
      total bigint NOT NULL,
      succeeded bigint NOT NULL,
      failed bigint NOT NULL,
      cancelled bigint NOT NULL,
      expired bigint NOT NULL,
      usage text,
      cost text,
      error text,
      cancel_requested_at bigint,
      created_at bigint NOT NULL,
      submitted_at bigint,
      finished_at bigint,
      vendor_expires_at bigint,
      expires_at bigint
    )`,
    `CREATE INDEX batch_by_principal ON batch (principal_id, rid, status)`,
    `CREATE INDEX batch_expiring ON batch (expires_at) WHERE expires_at IS NOT NULL`,
    `CREATE INDEX batch_by_end ON batch (finished_at) WHERE finished_at IS NOT NULL`,
    `CREATE TABLE batch_item (
      rid IDENTITY,
      batch_rid bigint NOT NULL,
      idx bigint NOT NULL,
      custom_id text NOT NULL,
      status text NOT NULL,
      wants_json bigint NOT NULL,
      request text,
      result text,
      UNIQUE (batch_rid, idx),
      UNIQUE (batch_rid, custom_id)
    )`,
    `CREATE INDEX batch_item_by_status ON batch_item (batch_rid, status, idx)`,
    `CREATE TABLE batch_job (
      rid IDENTITY,
      batch_rid bigint NOT NULL,
      part bigint NOT NULL,
      provider text NOT NULL,
      vendor_key text NOT NULL UNIQUE,
      first_index bigint NOT NULL,
      item_count bigint NOT NULL,
      state text NOT NULL,
      provider_batch_id text,
      submitting_since bigint,
      progress text NOT NULL,
      next_look_at bigint NOT NULL,
      lease_owner text,
      lease_until bigint NOT NULL,
      fence bigint NOT NULL,
      UNIQUE (batch_rid, part)
    )`,
    `CREATE INDEX batch_job_due ON batch_job (next_look_at) WHERE state <> 'done'`,
  ],
};
