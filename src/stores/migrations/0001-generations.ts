import type { Migration } from './migration.ts';

/**
 * Times are milliseconds since 1970 by the database's clock, except `created_at` of a generation, which is its node's.
 * `record` and `payload` are JSON as text: PostgreSQL's json would refuse escapes that a text of a model may need.
 * `ends`: the block holds the terminal event.
 */
export const GENERATIONS: Migration = {
  version: 1,
  name: 'generations',
  statements: [
    `CREATE TABLE node (
      id text PRIMARY KEY,
      lease_until bigint NOT NULL,
      started_at bigint NOT NULL
    )`,
    `CREATE TABLE generation (
      rid IDENTITY,
      id text NOT NULL UNIQUE,
      principal_id text NOT NULL,
      status text NOT NULL,
      owner_node text NOT NULL,
      last_sequence bigint NOT NULL,
      created_at bigint NOT NULL,
      finished_at bigint,
      events_expire_at bigint,
      expires_at bigint,
      record text NOT NULL
    )`,
    `CREATE INDEX generation_by_principal ON generation (principal_id, rid, status)`,
    `CREATE INDEX generation_running ON generation (owner_node) WHERE finished_at IS NULL`,
    `CREATE INDEX generation_events_expiring ON generation (events_expire_at) WHERE events_expire_at IS NOT NULL`,
    `CREATE INDEX generation_expiring ON generation (expires_at) WHERE expires_at IS NOT NULL`,
    `CREATE TABLE generation_event (
      rid IDENTITY,
      generation_rid bigint NOT NULL,
      first_sequence bigint NOT NULL,
      event_count bigint NOT NULL,
      ends bigint NOT NULL,
      payload text NOT NULL,
      UNIQUE (generation_rid, first_sequence)
    )`,
    `CREATE TABLE generation_follower (
      generation_id text PRIMARY KEY,
      followed_until bigint NOT NULL
    )`,
    `CREATE INDEX generation_follower_expiring ON generation_follower (followed_until)`,
    `CREATE TABLE generation_command (
      rid IDENTITY,
      generation_id text NOT NULL,
      owner_node text NOT NULL,
      kind text NOT NULL,
      payload text,
      created_at bigint NOT NULL
    )`,
    `CREATE INDEX generation_command_by_owner ON generation_command (owner_node)`,
    `CREATE TABLE idempotency (
      principal_id text NOT NULL,
      idempotency_key text NOT NULL,
      request_hash text NOT NULL,
      generation_id text NOT NULL,
      expires_at bigint NOT NULL,
      PRIMARY KEY (principal_id, idempotency_key)
    )`,
    `CREATE INDEX idempotency_expiring ON idempotency (expires_at)`,
  ],
};
