import type { Migration } from './migration.ts';

/** The submissions to one vendor are read before another one begins. The other index was there twice. */
export const JOB_INDEXES: Migration = {
  version: 6,
  name: 'job-indexes',
  statements: [
    `CREATE INDEX IF NOT EXISTS batch_job_by_provider ON batch_job (provider) WHERE state <> 'done'`,
    'DROP INDEX IF EXISTS batch_finished',
  ],
};
