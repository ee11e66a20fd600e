import type { Migration } from './migration.ts';

/** The vendor's own counts of a job, as JSON text, less what has been stored since; null: the vendor gives none. */
export const VENDOR_COUNTS: Migration = {
  version: 5,
  name: 'told-counts',
  statements: ['ALTER TABLE batch_job ADD COLUMN told text'],
};
