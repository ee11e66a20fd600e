import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import type { Db, Transaction } from '../db/db.ts';
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
import { DELETION } from './0012-deletion.ts';
import { RATE_LIMITS } from './0013-rate-limits.ts';
import { OPERATIONS } from './0014-operations.ts';
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
  DELETION,
  RATE_LIMITS,
  OPERATIONS,
];

/** Any number, as long as it is always the same one. */
const LOCK = 7_350_912;

interface Applied {
  readonly version: number;
  readonly name: string;
  /** null: its own version. */
  readonly compatible_from: number | null;
}

const READ = 'SELECT * FROM migration ORDER BY version';

const readApplied = async (transaction: Transaction): Promise<readonly Applied[]> => {
  await transaction.query(
    'CREATE TABLE IF NOT EXISTS migration (version bigint PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL, compatible_from bigint)',
  );
  const rows = await transaction.query<Applied>(READ);
  const [first] = rows;
  if (first === undefined || 'compatible_from' in first) return rows;
  // A table from before migrations said what they are compatible with.
  await transaction.query('ALTER TABLE migration ADD COLUMN compatible_from bigint');
  return transaction.query<Applied>(READ);
};

const refuse = (reason: string): never => {
  throw new ModelgraphError('INTERNAL', reason);
};

/** What was applied has to be what this server knows, from the first one on: a number stands for one migration only. */
const checkSequence = (
  applied: readonly Applied[],
  migrations: readonly Migration[],
  latest: number,
): void => {
  const advice = 'Give this server another database, or restore a backup from before.';
  for (const { version, name } of migrations) {
    if (version > latest) return;
    const found = applied.find((each) => each.version === version);
    if (found === undefined)
      refuse(`The database has schema version ${latest}, but not migration ${version} (${name}). ${advice}`);
    else if (found.name !== name)
      refuse(
        `Migration ${version} of the database is ${found.name}, and this server's is ${name}. ${advice}`,
      );
  }
};

/** A schema that is newer than this server is refused unless all that is newer only adds to what this one knows. */
const checkNewer = (applied: readonly Applied[], known: number, latest: number): void => {
  const newer = applied.filter(({ version }) => version > known);
  if (newer.every(({ version, compatible_from }) => (compatible_from ?? version) <= known)) return;
  refuse(
    `The database has schema version ${latest} and this server knows versions up to ${known}. ` +
      'Start a newer server, or give this one another database.',
  );
};

/** Servers that run would fail, or write what is not true any more, once the schema is no longer the one they know. */
const checkNoOlderServers = async (
  transaction: Transaction,
  pending: readonly Migration[],
  latest: number,
): Promise<void> => {
  const breaking = pending.find(({ version, compatibleFrom }) => (compatibleFrom ?? version) > latest);
  if (latest === 0 || breaking === undefined) return;
  const alive = await transaction.query('SELECT id FROM node WHERE lease_until > NOW_MS');
  if (alive.length === 0) return;
  refuse(
    `Migration ${breaking.version} (${breaking.name}) changes what older servers use, and ${alive.length} of them ` +
      `${alive.length === 1 ? 'uses' : 'use'} the database (schema version ${latest}). Stop them first: one that was killed ` +
      'counts for some seconds more.',
  );
};

const apply = async (transaction: Transaction, migration: Migration): Promise<void> => {
  const { version, name, statements, compatibleFrom } = migration;
  for (const statement of statements) await transaction.query(statement);
  await transaction.query(
    'INSERT INTO migration (version, name, applied_at, compatible_from) VALUES ($1, $2, NOW_MS, $3)',
    [version, name, compatibleFrom ?? null],
  );
};

/**
 * Brings the schema up to date, in one transaction that any number of processes may try at once. Throws, and changes
 * nothing, when the schema is newer than this server and says that it would not understand it, when it is not one of this
 * project's, and when older servers that use the database could not go on. On SQLite there are none: the directory has
 * one server.
 */
export const migrate = (
  db: Db,
  migrations: readonly Migration[] = MIGRATIONS,
  log: ServiceLog | null = null,
): Promise<void> =>
  db.transaction(async (transaction) => {
    if (db.engine === 'postgres') await transaction.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
    const applied = await readApplied(transaction);
    const latest = applied.at(-1)?.version ?? 0;
    const known = migrations.at(-1)?.version ?? 0;
    checkSequence(applied, migrations, latest);
    checkNewer(applied, known, latest);
    if (latest > known)
      log?.warn({ schemaVersion: latest, known }, 'the schema of the database is newer than this server');
    const pending = migrations.filter(({ version }) => version > latest);
    if (db.engine === 'postgres') await checkNoOlderServers(transaction, pending, latest);
    for (const migration of pending) await apply(transaction, migration);
    if (latest > 0 && pending.length > 0)
      log?.info({ from: latest, to: known }, 'the schema of the database was brought up to date');
  });
