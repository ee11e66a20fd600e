import type { Migration } from './migration.ts';

/**
 * What the nodes on one PostgreSQL count together; on SQLite there is one node, which counts in memory. Times are
 * milliseconds since 1970 by the database's clock.
 * - `rate_window`: what an account has used in the present window and in the one before. `granted`: by the latest statement.
 * - `rate_hold`: how many each node holds open for an account, as JSON by the node's id. `others`: the sum of those of the
 *   other nodes at the latest statement.
 * - `batch_unfinished_by_principal`: for counting the batches of an account that have not ended.
 */
export const RATE_LIMITS: Migration = {
  version: 13,
  name: 'rate-limits',
  compatibleFrom: 9,
  statements: [
    `CREATE TABLE rate_window (
      account text NOT NULL,
      name text NOT NULL,
      begins_at bigint NOT NULL,
      used bigint NOT NULL,
      previous bigint NOT NULL,
      granted bigint NOT NULL,
      PRIMARY KEY (account, name)
    )`,
    'CREATE INDEX rate_window_by_time ON rate_window (begins_at)',
    `CREATE TABLE rate_hold (
      account text NOT NULL,
      name text NOT NULL,
      held text NOT NULL,
      others bigint NOT NULL,
      changed_at bigint NOT NULL,
      PRIMARY KEY (account, name)
    )`,
    'CREATE INDEX rate_hold_by_time ON rate_hold (changed_at)',
    `CREATE INDEX batch_unfinished_by_principal ON batch (principal_id) WHERE finished_at IS NULL`,
  ],
};
