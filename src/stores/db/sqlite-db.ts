import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ModelgraphError } from '../../core/errors.ts';
import { Availability, type FailureKind } from './availability.ts';
import type { Db, ListenOptions, SqlValue, Transaction, TransactionOptions } from './db.ts';
import { toSqlite } from './dialect.ts';
import { Listeners } from './listeners.ts';
import { migrate } from '../migrations/migrate.ts';
import { StoreUnavailable } from '../../core/store-errors.ts';

/** How long a statement waits for another process (a tool that looks into the file), in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

const MAX_PREPARED = 200;

/** How long statements may follow each other before timers and sockets have their turn, in milliseconds. */
const LONGEST_TURN_MS = 10;

/** Primary result codes of SQLite. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;

const resultCodeOf = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;

const kindOf = (error: unknown): FailureKind => {
  switch (resultCodeOf(error)) {
    case BUSY:
    case LOCKED:
      return 'busy';
    case READONLY:
    case IOERR:
    case FULL:
    case CANTOPEN:
      return 'away';
    default:
      return 'defect';
  }
};

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
      throw this.#availability.toError(error, kindOf(error));
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

  /** After whoever notifies has gone on, as it is between processes. */
  #tell(channel: string, payload: string): void {
    queueMicrotask(() => this.#channels.get(channel)?.tell(payload));
  }
}

/** Made before SQLite opens it, so that nobody else can read it; its journal gets the same mode. */
const createPrivateFile = (path: string): void => {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
};

/**
 * Holds the directory until it is closed or the process ends in whatever way: the lock is the operating system's, and
 * nothing is left to clean up after a crash.
 */
const holdDirectory = (directory: string): DatabaseSync => {
  const path = join(directory, 'server.lock');
  createPrivateFile(path);
  const lock = new DatabaseSync(path);
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (resultCodeOf(error) !== BUSY) throw error;
    throw new ModelgraphError(
      'INTERNAL',
      `Another server uses the data directory ${directory}. Stop it, or give this one a directory of its own ` +
        '(MODELGRAPH_DATA); several servers share a PostgreSQL database (DATABASE_URL).',
      { cause: error },
    );
  }
};

const openFiles = (directory: string): { database: DatabaseSync; lock: DatabaseSync } => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = holdDirectory(directory);
  try {
    const path = join(directory, 'modelgraph.db');
    createPrivateFile(path);
    return { lock, database: new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS }) };
  } catch (error) {
    lock.close();
    throw error;
  }
};

const open = (directory: string | null): { database: DatabaseSync; lock: DatabaseSync | null } => {
  if (directory === null) return { database: new DatabaseSync(':memory:'), lock: null };
  try {
    return openFiles(directory);
  } catch (error) {
    if (error instanceof ModelgraphError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelgraphError('INTERNAL', `The data directory ${directory} cannot be used: ${reason}`, {
      cause: error,
    });
  }
};

/**
 * The database in one file, `modelgraph.db`, of a directory that is made where there is none; null: in memory. Its schema
 * is brought up to date. Rejects with a message for the operator when another server has the directory, or it cannot be
 * used. One that was killed can be started again at once.
 */
export const openSqliteDb = async (directory: string | null): Promise<Db> => {
  const { database, lock } = open(directory);
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
