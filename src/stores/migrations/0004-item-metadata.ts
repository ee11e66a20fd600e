import type { Migration } from './migration.ts';

/** What the caller gave with a request of a batch, as JSON text; null: nothing, and in rows from before. */
export const ITEM_METADATA: Migration = {
  version: 4,
  name: 'item-metadata',
  statements: ['ALTER TABLE batch_item ADD COLUMN metadata text'],
};
