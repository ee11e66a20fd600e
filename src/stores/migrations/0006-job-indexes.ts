import type { Migration } from './migration.ts';

/** Submissions to one vendor are looked at before another begins. The other index was there twice. */
export const JOB_INDEXES: Migration = {
  version: 6,
  name: 'job-indexes',
  statements: [
    `CREATE INDEX IF NOT EXISTS batch_job_by_provider ON batch_job (provider) WHERE state <> 'done'`,
    'DROP INDEX IF EXISTS batch_finished',
  ],
};
