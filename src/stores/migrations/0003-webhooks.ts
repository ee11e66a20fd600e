import type { Migration } from './migration.ts';

/** One row for each batch whose end the operator's receiver is notified of. Times are milliseconds since 1970 by the database's clock. */
export const WEBHOOKS: Migration = {
  version: 3,
  name: 'webhooks',
  statements: [
    `CREATE TABLE webhook_delivery (
      rid IDENTITY,
      batch_id text NOT NULL UNIQUE,
      state text NOT NULL,
      attempts bigint NOT NULL,
      next_attempt_at bigint NOT NULL,
      lease_owner text,
      lease_until bigint NOT NULL,
      fence bigint NOT NULL,
      created_at bigint NOT NULL
    )`,
    `CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE state = 'due'`,
    `CREATE INDEX webhook_delivery_expiring ON webhook_delivery (created_at)`,
    `CREATE INDEX batch_finished ON batch (finished_at) WHERE finished_at IS NOT NULL`,
  ],
};
