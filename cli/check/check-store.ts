import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ClientConfig } from 'pg';
import type { Settings } from '../../config/settings.ts';
import { reasonOf } from '../../src/stores/db/postgres-failure.ts';
import { DATABASE_FILE } from '../../src/stores/db/sqlite-files.ts';
import { MIGRATIONS } from '../../src/stores/migrations/migrate.ts';
import { type Finding, ok, problem } from './finding.ts';

const PART = 'store';

const LIMIT_MS = 5_000;

/** The earliest version of PostgreSQL that the statements run on, as `server_version_num` has it. */
const LEAST_POSTGRES = 130_000;

const KNOWN = MIGRATIONS.at(-1)?.version ?? 0;

const judgeVersion = (place: string, version: number): Finding => {
  if (version > KNOWN)
    return problem(
      PART,
      `${place} has schema version ${version} and this server knows versions up to ${KNOWN}: start a newer server`,
    );
  const pending = KNOWN - version;
  return ok(
    PART,
    pending === 0
      ? `${place}, schema version ${version}`
      : `${place}: the start brings its schema from version ${version} to ${KNOWN}`,
  );
};

/** The directory, or the nearest one above that there is. */
const findExisting = (directory: string): string => {
  let path = resolve(directory);
  while (!existsSync(path)) path = dirname(path);
  return path;
};

const checkSqlite = (directory: string): Finding => {
  const path = join(directory, DATABASE_FILE);
  const isThere = existsSync(path);
  try {
    accessSync(isThere ? path : findExisting(directory), constants.W_OK);
    if (!isThere) return ok(PART, `${path} is created at the first start`);
    const database = new DatabaseSync(path, { readOnly: true, timeout: LIMIT_MS });
    try {
      const hasVersion = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").get();
      const row = hasVersion && database.prepare('SELECT max(version) AS version FROM migration').get();
      return judgeVersion(path, Number(row?.['version'] ?? 0));
    } finally {
      database.close();
    }
  } catch (error) {
    return problem(PART, `${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
};

interface PostgresState {
  readonly server: string;
  readonly hasVersions: boolean;
  readonly mayCreate: boolean;
}

const STATE = `SELECT current_setting('server_version_num') AS server, to_regclass('migration') IS NOT NULL AS "hasVersions",
  has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate"`;

const judgePostgres = async (
  place: string,
  query: <Row extends object>(sql: string) => Promise<Row | undefined>,
): Promise<Finding> => {
  const state = await query<PostgresState>(STATE);
  if (Number(state?.server) < LEAST_POSTGRES)
    return problem(PART, `${place} is a PostgreSQL before version 13: use a newer one`);
  if (state?.mayCreate !== true)
    return problem(PART, `${place}: this user may not create tables: grant it CREATE on the schema`);
  const row = state.hasVersions
    ? await query<{ version: string | null }>('SELECT max(version) AS version FROM migration')
    : undefined;
  return judgeVersion(place, Number(row?.version ?? 0));
};

/** A connection that is for reading alone. */
const checkPostgres = async (variable: string, url: string): Promise<Finding> => {
  if (!URL.canParse(url)) return problem(PART, `${variable} is no URL`);
  const { host, pathname } = new URL(url);
  const place = `PostgreSQL at ${host}${pathname}`;
  const { default: pg } = await import('pg');
  const config: ClientConfig = {
    connectionString: url,
    application_name: 'modelgraph check',
    connectionTimeoutMillis: LIMIT_MS,
    query_timeout: LIMIT_MS,
  };
  const client = new pg.Client(config);
  // What fails says so itself; an error without a listener would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SET default_transaction_read_only = on');
    return await judgePostgres(place, async <Row extends object>(sql: string) => {
      const { rows } = await client.query<Row>(sql);
      return rows[0];
    });
  } catch (error) {
    return problem(PART, `${place} cannot be used: ${reasonOf(error)}; check ${variable}`);
  } finally {
    await client.end();
  }
};

/** Opens the store for reading alone, and leaves it as it is: whether a server could use it, and what the start would do. */
export const checkStore = async ({
  databaseUrl,
  databaseDirectUrl,
  dataDirectory,
}: Settings): Promise<readonly Finding[]> => {
  if (databaseUrl !== null) {
    const found = await checkPostgres('DATABASE_URL', databaseUrl);
    if (databaseDirectUrl === null) return [found];
    return [found, await checkPostgres('DATABASE_DIRECT_URL', databaseDirectUrl)];
  }
  return [
    dataDirectory === null ? ok(PART, 'in memory: nothing survives a restart') : checkSqlite(dataDirectory),
  ];
};
