import type { Migration } from './migration.ts';

/**
 * The schema that the answer to a request of a batch is held against, and what happens where it breaks it, as JSON text:
 * as the client gave it, whatever of it the vendor is sent. Null: there is none, in rows from before, and once there is a
 * result.
 */
export const ITEM_OUTPUT_RULES: Migration = {
  version: 8,
  name: 'item-output-rules',
  statements: ['ALTER TABLE batch_item ADD COLUMN output_rules text'],
};
