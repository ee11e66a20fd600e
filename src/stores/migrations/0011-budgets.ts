import type { Migration } from './migration.ts';

/**
 * Times are milliseconds since 1970; amounts are billionths of a US dollar; null: no price is known.
 * - `budget`: what an account has spent in a period, and what is reserved for what is under way. `begins_at` 0: the period
 *   has no beginning.
 * - `generation.billing`, `batch.billing`: what settles it, as JSON; null once that is done.
 * - `batch_item.bound`: the most that the item may cost.
 * - `ledger`: one row for each turn that was billed. It names no generation: what is deleted leads nowhere.
 * - `usage_day`: its sums by day (days since 1970). Texts that are missing are empty. `shard`: nodes that write at the same
 *   time write to different rows.
 *
 * Older servers cannot go on: they would end generations and batches under a budget without settling them, and what is
 * reserved for these would never be released.
 */
export const BUDGETS: Migration = {
  version: 11,
  name: 'budgets',
  statements: [
    `CREATE TABLE budget (
      rid IDENTITY,
      account text NOT NULL,
      period text NOT NULL,
      begins_at bigint NOT NULL,
      spent bigint NOT NULL,
      reserved bigint NOT NULL,
      UNIQUE (account, period, begins_at)
    )`,
    'ALTER TABLE generation ADD COLUMN billing text',
    'ALTER TABLE batch ADD COLUMN billing text',
    'ALTER TABLE batch_item ADD COLUMN bound bigint',
    `CREATE TABLE ledger (
      rid IDENTITY,
      at bigint NOT NULL,
      principal_id text NOT NULL,
      key_id text,
      user_id text,
      model text NOT NULL,
      provider text NOT NULL,
      status text NOT NULL,
      tag text,
      input_tokens bigint,
      output_tokens bigint,
      cache_read_tokens bigint,
      cache_write_tokens bigint,
      reasoning_tokens bigint,
      audio_input_tokens bigint,
      fees bigint NOT NULL,
      cost bigint,
      source text
    )`,
    'CREATE INDEX ledger_by_time ON ledger (at)',
    `CREATE TABLE usage_day (
      principal_id text NOT NULL,
      day bigint NOT NULL,
      key_id text NOT NULL,
      user_id text NOT NULL,
      model text NOT NULL,
      provider text NOT NULL,
      status text NOT NULL,
      tag text NOT NULL,
      shard bigint NOT NULL,
      generations bigint NOT NULL,
      input_tokens bigint NOT NULL,
      output_tokens bigint NOT NULL,
      cost bigint NOT NULL,
      unpriced bigint NOT NULL,
      PRIMARY KEY (principal_id, day, key_id, user_id, model, provider, status, tag, shard)
    )`,
    'CREATE INDEX usage_day_by_key ON usage_day (key_id, day)',
    'CREATE INDEX usage_day_by_day ON usage_day (day)',
  ],
};
