import type { Migration } from './migration.ts';

/**
 * What operators see of all nodes: the version of each, null for one that is older than this table's column, and the
 * batches that have not ended, which every scrape of metrics counts.
 */
export const OPERATIONS: Migration = {
  version: 14,
  name: 'operations',
  compatibleFrom: 9,
  statements: [
    'ALTER TABLE node ADD COLUMN version text',
    'CREATE INDEX IF NOT EXISTS batch_unfinished ON batch (status) WHERE finished_at IS NULL',
  ],
};
