import type { Migration } from './migration.ts';

/**
 * Warnings are JSON as text, null where there are none and in rows from before. Of an item: those of the checks, as the
 * request was taken in; its `result` has those of the answer. `max_output_tokens` is that of the request, which is deleted
 * with the arrival of the result.
 */
export const BATCH_WARNINGS: Migration = {
  version: 7,
  name: 'batch-warnings',
  statements: [
    'ALTER TABLE batch ADD COLUMN warnings text',
    'ALTER TABLE batch_item ADD COLUMN warnings text',
    'ALTER TABLE batch_item ADD COLUMN max_output_tokens bigint',
  ],
};
