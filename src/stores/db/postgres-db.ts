import type { ClientConfig, Pool, PoolClient } from 'pg';
import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { Availability } from './availability.ts';
import type { Db, ListenOptions, QueryOptions, SqlValue, Transaction } from './db.ts';
import { toPostgres } from './dialect.ts';
import { isWrite } from './is-write.ts';
import { migrate } from '../migrations/migrate.ts';
import { isTimeout, kindOfFailure, reasonOf } from './postgres-failure.ts';
import { PostgresListener } from './postgres-listener.ts';
import { StoreUnavailable } from '../../core/store-errors.ts';

export interface PostgresOptions {
  readonly url: string;
  /** The same database past a pooler that cannot pass notifications on; the same as `url` where there is none. */
  readonly directUrl: string;
  readonly log: ServiceLog;
  /** For how long a database that is away is waited for at the start, in milliseconds. */
  readonly startTimeoutMs?: number;
  /**
   * After so long without a statement a transaction is ended by the server, in milliseconds: a frozen process keeps its
   * connection, and would keep everybody from the rows it has locked.
   */
  readonly transactionIdleMs?: number;
}

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const START_TIMEOUT_MS = 30_000;
const START_RETRY_MS = 250;

/** The server gives a statement of a transaction up after this, and the client any statement a little later. */
const STATEMENT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 12_000;

const TRANSACTION_IDLE_MS = 10_000;

/** Set here and not with the connection: poolers refuse a connection that comes with settings they do not know. */
const toBegin = (transactionIdleMs: number): string =>
  `BEGIN; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS};
   SET LOCAL idle_in_transaction_session_timeout = ${transactionIdleMs}`;

const INT8 = 20;

const NOTIFY = 'SELECT pg_notify($1, $2)';

/** What an attempt has sent. */
interface Sent {
  readonly latest: string;
  /** Whether it was to change what is stored. */
  readonly writes: boolean;
  /** Whether it has. */
  readonly wrote: boolean;
}

const TABLE = /\b(?:INTO|UPDATE|FROM|JOIN)\s+([a-z_]+)/i;

/** The table that a statement is about. */
const findTable = (sql: string): string | undefined => TABLE.exec(sql)?.[1];

class PostgresDb implements Db {
  readonly engine = 'postgres';
  readonly #pool: Pool;
  readonly #listener: PostgresListener;
  readonly #begin: string;
  /** A pooler may give the next statement another connection, which knows no name. */
  readonly #keepsPlans: boolean;
  readonly #availability: Availability;
  /** Tables of which statements have waited for a lock in vain, until they can be written to again. */
  readonly #blocked = new Set<string>();
  #closed = false;

  constructor(
    pool: Pool,
    listener: PostgresListener,
    { url, directUrl, log, transactionIdleMs }: PostgresOptions,
  ) {
    this.#pool = pool;
    this.#keepsPlans = url === directUrl;
    this.#listener = listener;
    this.#begin = toBegin(transactionIdleMs ?? TRANSACTION_IDLE_MS);
    this.#availability = new Availability(log);
  }

  query<Row extends object>(
    sql: string,
    values: readonly SqlValue[] = [],
    { name }: QueryOptions = {},
  ): Promise<readonly Row[]> {
    const writes = isWrite(sql);
    const statement = {
      text: toPostgres(sql),
      values: [...values],
      ...(name !== undefined && this.#keepsPlans && { name }),
    };
    return this.#attempt(
      async () => (await this.#pool.query<Row & object>(statement)).rows,
      () => ({ latest: sql, writes, wrote: writes }),
    );
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    let hasWritten = false;
    let latest = '';
    return this.#attempt(
      async () => {
        const client = await this.#pool.connect();
        const send = <Row extends object>(sql: string, values: readonly SqlValue[] = []) => {
          latest = sql;
          hasWritten ||= isWrite(sql);
          return client.query<Row>(toPostgres(sql), [...values]);
        };
        const query: Transaction['query'] = async <Row extends object>(
          sql: string,
          values?: readonly SqlValue[],
        ) => (await send<Row>(sql, values)).rows;
        try {
          await client.query(this.#begin);
          const result = await work({
            query,
            change: async (sql, values) => (await send(sql, values)).rowCount ?? 0,
            notify: async (channel, payload) => void (await query(NOTIFY, [channel, payload])),
          });
          await client.query('COMMIT');
          client.release();
          return result;
        } catch (error) {
          await this.#rollBack(client, error);
          throw error;
        }
      },
      // What reads only is no transaction.
      () => ({ latest, writes: true, wrote: hasWritten }),
    );
  }

  async notify(channel: string, payload: string): Promise<void> {
    await this.query(NOTIFY, [channel, payload]);
  }

  listen(channel: string, handle: (payload: string) => void, options?: ListenOptions): () => void {
    return this.#listener.listen(channel, handle, options);
  }

  isUp(): boolean {
    return this.#availability.up;
  }

  onAvailability(handle: (up: boolean) => void): () => void {
    return this.#availability.onChange(handle);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#listener.close(), this.#pool.end()]);
  }

  /** `findSent`: asked once the statements have been sent. */
  async #attempt<T>(statements: () => Promise<T>, findSent: () => Sent): Promise<T> {
    if (this.#closed) throw new StoreUnavailable(new Error('The database is closed.'));
    try {
      const result = await statements();
      const { wrote } = findSent();
      if (!wrote || this.#blocked.size === 0 || (await this.#unblock()))
        this.#availability.noteSuccess(wrote);
      return result;
    } catch (error) {
      const { latest, writes } = findSent();
      const table = isTimeout(error) ? findTable(latest) : undefined;
      if (table !== undefined) this.#blocked.add(table);
      throw this.#availability.toError(error, kindOfFailure(error), writes || table !== undefined);
    }
  }

  /** Whether every table that was locked can be written to: another one that can says nothing of it. */
  async #unblock(): Promise<boolean> {
    const client = await this.#pool.connect();
    try {
      for (const table of this.#blocked) {
        await client.query('BEGIN');
        await client.query(`LOCK TABLE ${table} IN ROW EXCLUSIVE MODE NOWAIT`);
        await client.query('ROLLBACK');
        this.#blocked.delete(table);
      }
      client.release();
      return true;
    } catch (error) {
      await this.#rollBack(client, error);
      return false;
    }
  }

  /** A connection that is in doubt is closed, which ends its transaction as well. */
  async #rollBack(client: PoolClient, error: unknown): Promise<void> {
    if (kindOfFailure(error) === 'away') {
      client.release(true);
      return;
    }
    try {
      await client.query('ROLLBACK');
      client.release();
    } catch {
      client.release(true);
    }
  }
}

/** Where the database is, without who we are there. Throws for what is no address, without showing it. */
const addressOf = (url: string): string => {
  if (!URL.canParse(url)) throw new ModelgraphError('INTERNAL', 'The address of the database is no URL.');
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
};

/** Resolves once a database that may still be starting answers; rejects at once when it refuses this server. */
const awaitDatabase = async (
  connect: () => Promise<unknown>,
  address: string,
  { log, startTimeoutMs = START_TIMEOUT_MS }: PostgresOptions,
): Promise<void> => {
  const deadline = performance.now() + startTimeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connect();
      return;
    } catch (error) {
      const reason = reasonOf(error);
      const isFinal = kindOfFailure(error) === 'defect' || performance.now() >= deadline;
      if (isFinal)
        throw new ModelgraphError(
          'INTERNAL',
          `The database at ${address} cannot be used: ${reason}. Check DATABASE_URL and DATABASE_DIRECT_URL, ` +
            'and that PostgreSQL runs and takes connections from here.',
          { cause: error },
        );
      if (attempt === 1) log.warn({ address, reason }, 'waiting for the database');
      await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS));
    }
  }
};

/**
 * PostgreSQL 13 or later. Its schema is brought up to date. Rejects with a message for the operator, without any
 * password, when it cannot be reached for a while or refuses this server.
 */
export const openPostgresDb = async (options: PostgresOptions): Promise<Db> => {
  const { url, directUrl, log } = options;
  const address = addressOf(url);
  const directAddress = addressOf(directUrl);
  const { default: pg } = await import('pg');
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8, Number);
  const config = (connectionString: string): ClientConfig => ({
    connectionString,
    application_name: 'modelgraph',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
  });
  const pool = new pg.Pool({ ...config(url), max: MAX_CONNECTIONS });
  const forget = (error: Error): void =>
    log.debug({ reason: reasonOf(error) }, 'a connection to the database was lost');
  // The statement that was under way fails as well and says so; an error without a listener would end the process.
  pool.on('error', forget);
  pool.on('connect', (client) => client.on('error', forget));
  const listener = new PostgresListener({ Client: pg.Client, config: config(directUrl), log });
  const db = new PostgresDb(pool, listener, options);
  try {
    await awaitDatabase(() => pool.query('SELECT 1'), address, options);
    await awaitDatabase(() => listener.connect(), directAddress, options);
    await migrate(db, undefined, log);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
};
