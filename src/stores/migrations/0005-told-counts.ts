import type { Migration } from './migration.ts';

/** How far a vendor says it has come with a job, as JSON text, less what has been stored since; null: it says nothing. */
export const TOLD_COUNTS: Migration = {
  version: 5,
  name: 'told-counts',
  statements: ['ALTER TABLE batch_job ADD COLUMN told text'],
};
