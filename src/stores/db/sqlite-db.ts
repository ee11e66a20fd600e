import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Availability } from './availability.ts';
import type { Db, ListenOptions, SqlValue, Transaction, TransactionOptions } from './db.ts';
import { toSqlite } from './dialect.ts';
import { Listeners } from './listeners.ts';
import { migrate } from '../migrations/migrate.ts';
import { kindOfSqliteFailure } from './sqlite-failure.ts';
import { openSqliteFiles } from './sqlite-files.ts';
import { StoreUnavailable } from '../../core/store-errors.ts';

const MAX_PREPARED = 200;

/** How long statements may follow each other before timers and sockets have their turn, in milliseconds. */
const LONGEST_TURN_MS = 10;

class SqliteDb implements Db {
  readonly engine = 'sqlite';
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync | null;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #channels = new Map<string, Listeners<string>>();
  readonly #availability = new Availability();
  #tail: Promise<unknown> = Promise.resolve();
  #isRelaxed = false;
  /** When the first statement of this turn of the event loop came; null: there was none yet. */
  #busySince: number | null = null;
  #closed = false;

  constructor(database: DatabaseSync, lock: DatabaseSync | null) {
    this.#database = database;
    this.#lock = lock;
  }

  query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.#inTurn(() => {
      this.#relax(false);
      return this.#run(sql, values) as readonly Row[];
    });
  }

  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    { relaxed = false }: TransactionOptions = {},
  ): Promise<T> {
    return this.#inTurn(async () => {
      this.#relax(relaxed);
      const notices: [channel: string, payload: string][] = [];
      this.#exec('BEGIN IMMEDIATE');
      try {
        const result = await work({
          query: async <Row extends object>(sql: string, values: readonly SqlValue[] = []) =>
            this.#run(sql, values) as readonly Row[],
          notify: async (channel, payload) => void notices.push([channel, payload]),
        });
        this.#exec('COMMIT');
        for (const [channel, payload] of notices) this.#tell(channel, payload);
        return result;
      } catch (error) {
        // Some errors, a full disk among them, have ended the transaction already.
        if (this.#database.isTransaction) this.#exec('ROLLBACK');
        throw error;
      }
    });
  }

  async notify(channel: string, payload: string): Promise<void> {
    this.#tell(channel, payload);
  }

  listen(channel: string, handle: (payload: string) => void, _options?: ListenOptions): () => void {
    const listeners = this.#channels.get(channel) ?? new Listeners<string>();
    this.#channels.set(channel, listeners);
    return listeners.add(handle);
  }

  isUp(): boolean {
    return this.#availability.up;
  }

  onAvailability(handle: (up: boolean) => void): () => void {
    return this.#availability.onChange(handle);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#inTurn(() => {
      this.#closed = true;
      this.#prepared.clear();
      this.#database.close();
      this.#lock?.close();
    });
  }

  /** One after the other: there is one connection, and everything on it would be part of an open transaction. */
  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(async () => {
      await this.#yieldInTime();
      if (this.#closed) throw new StoreUnavailable(new Error('The database is closed.'));
      return work();
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Nothing here waits for anything outside, so that a loop over the database would hold all else up until its end. */
  async #yieldInTime(): Promise<void> {
    if (this.#busySince === null) {
      this.#busySince = performance.now();
      setImmediate(() => {
        this.#busySince = null;
      });
    } else if (performance.now() - this.#busySince > LONGEST_TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Only between transactions: SQLite ignores it within one. */
  #relax(relaxed: boolean): void {
    if (relaxed === this.#isRelaxed) return;
    this.#exec(`PRAGMA synchronous = ${relaxed ? 'NORMAL' : 'FULL'}`);
    this.#isRelaxed = relaxed;
  }

  #run(sql: string, values: readonly SqlValue[]): readonly object[] {
    return this.#attempt(() => this.#prepare(sql).all(...values));
  }

  #exec(sql: string): void {
    this.#attempt(() => this.#database.exec(sql));
  }

  #attempt<T>(statement: () => T): T {
    try {
      const result = statement();
      this.#availability.note(true);
      return result;
    } catch (error) {
      throw this.#availability.toError(error, kindOfSqliteFailure(error));
    }
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#prepared.get(sql) ?? this.#database.prepare(toSqlite(sql));
    this.#prepared.delete(sql);
    this.#prepared.set(sql, statement);
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size > MAX_PREPARED && oldest !== undefined) this.#prepared.delete(oldest);
    return statement;
  }

  /** Listeners hear after the notifying code has gone on, as they do between processes. */
  #tell(channel: string, payload: string): void {
    queueMicrotask(() => this.#channels.get(channel)?.tell(payload));
  }
}

/**
 * The database in one file, `modelgraph.db`, of a directory that is made where there is none; null: in memory. Its schema
 * is brought up to date. Rejects with a message for the operator when another server has the directory, or it cannot be
 * used. One that was killed can be started again at once.
 */
export const openSqliteDb = async (directory: string | null): Promise<Db> => {
  const { database, lock } = openSqliteFiles(directory);
  const db = new SqliteDb(database, lock);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    await migrate(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
};
