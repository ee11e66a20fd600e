import { ModelgraphError } from '../../core/errors.ts';
import type { Db } from '../db/db.ts';
import { GENERATIONS } from './0001-generations.ts';
import { BATCHES } from './0002-batches.ts';
import { WEBHOOKS } from './0003-webhooks.ts';
import { ITEM_METADATA } from './0004-item-metadata.ts';
import { VENDOR_COUNTS } from './0005-vendor-counts.ts';
import { JOB_INDEXES } from './0006-job-indexes.ts';
import { BATCH_WARNINGS } from './0007-batch-warnings.ts';
import { ITEM_OUTPUT_RULES } from './0008-item-output-rules.ts';
import { FOLLOWER_NODES } from './0009-follower-nodes.ts';
import { USER_TOKENS } from './0010-user-tokens.ts';
import { BUDGETS } from './0011-budgets.ts';
import { RATE_LIMITS } from './0013-rate-limits.ts';
import type { Migration } from './migration.ts';

/** In the order of their versions, which have no gaps. */
export const MIGRATIONS: readonly Migration[] = [
  GENERATIONS,
  BATCHES,
  WEBHOOKS,
  ITEM_METADATA,
  VENDOR_COUNTS,
  JOB_INDEXES,
  BATCH_WARNINGS,
  ITEM_OUTPUT_RULES,
  FOLLOWER_NODES,
  USER_TOKENS,
  BUDGETS,
  RATE_LIMITS,
];

/** Any number, as long as it is always the same one. */
const LOCK = 7_350_912;

/**
 * Brings the schema up to date, in one transaction that any number of processes may try at once. Throws when it is newer
 * than this server, which would not know what it means.
 */
export const migrate = (db: Db, migrations: readonly Migration[] = MIGRATIONS): Promise<void> =>
  db.transaction(async (transaction) => {
    if (db.engine === 'postgres') await transaction.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
    await transaction.query(
      'CREATE TABLE IF NOT EXISTS migration (version bigint PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)',
    );
    const applied = await transaction.query<{ version: number }>('SELECT version FROM migration');
    const latest = Math.max(0, ...applied.map(({ version }) => version));
    const known = migrations.at(-1)?.version ?? 0;
    if (latest > known)
      throw new ModelgraphError(
        'INTERNAL',
        `The database has schema version ${latest} and this server knows versions up to ${known}. ` +
          'Start a newer server, or give this one another database.',
      );
    for (const { version, name, statements } of migrations) {
      if (version <= latest) continue;
      for (const statement of statements) await transaction.query(statement);
      await transaction.query('INSERT INTO migration (version, name, applied_at) VALUES ($1, $2, NOW_MS)', [
        version,
        name,
      ]);
    }
  });
