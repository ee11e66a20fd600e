import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { Availability } from './availability.ts';
import type { Db, ListenOptions, SqlValue, Transaction, TransactionOptions } from './db.ts';
import { toSqlite } from './dialect.ts';
import { isWrite } from './is-write.ts';
import { Listeners } from './listeners.ts';
import { migrate } from '../migrations/migrate.ts';
import { kindOfSqliteFailure } from './sqlite-failure.ts';
import { DATABASE_FILE, openSqliteFiles, type SqliteFiles } from './sqlite-files.ts';
import { ERASE_AFTER_MS, SqliteTraces } from './sqlite-traces.ts';
import { isStoreUnavailable, StoreUnavailable } from '../../core/store-errors.ts';

const MAX_PREPARED = 200;

/** How long statements may follow each other before timers and sockets have their turn, in milliseconds. */
const LONGEST_TURN_MS = 10;

/** What a disk that was full has to take before it counts as having room again. */
const PROBE_BYTES = 64 * 1024;

class SqliteDb implements Db {
  readonly engine = 'sqlite';
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync | null;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #channels = new Map<string, Listeners<string>>();
  readonly #availability: Availability;
  readonly #traces: SqliteTraces;
  /** Whether the files that are open are still the ones of the directory. */
  readonly #areFilesThere: () => boolean;
  #tail: Promise<unknown> = Promise.resolve();
  #isRelaxed = false;
  /** Whether a statement of the open transaction has changed anything. */
  #hasChanged = false;
  /** When the first statement of this turn of the event loop came; null: there was none yet. */
  #busySince: number | null = null;
  #closed = false;

  constructor(
    { database, lock, path, areFilesThere }: SqliteFiles,
    { log, eraseAfterMs }: { readonly log: ServiceLog | null; readonly eraseAfterMs: number },
  ) {
    this.#database = database;
    this.#lock = lock;
    this.#areFilesThere = areFilesThere;
    this.#availability = new Availability(log);
    const inTurn = (work: () => void | Promise<void>): Promise<void> => this.#inTurn(work);
    this.#traces = new SqliteTraces({ database, path, inTurn, log, eraseAfterMs });
  }

  /** Sets up the files before the schema is brought up to date. */
  begin(): void {
    this.#traces.begin();
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  }

  eraseTraces(): void {
    this.#traces.schedule();
  }

  query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.#inTurn(() => {
      this.#relax(false);
      const writes = isWrite(sql);
      if (writes) this.#checkFiles();
      const rows = this.#run(sql, values) as readonly Row[];
      this.#availability.noteSuccess(writes, () => this.#hasRoom());
      return rows;
    });
  }

  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    { relaxed = false }: TransactionOptions = {},
  ): Promise<T> {
    return this.#inTurn(async () => {
      this.#relax(relaxed);
      const notices: [channel: string, payload: string][] = [];
      this.#checkFiles();
      this.#hasChanged = false;
      this.#exec('BEGIN IMMEDIATE');
      try {
        const result = await work({
          query: async <Row extends object>(sql: string, values: readonly SqlValue[] = []) =>
            this.#run(sql, values) as readonly Row[],
          notify: async (channel, payload) => void notices.push([channel, payload]),
        });
        this.#exec('COMMIT');
        this.#availability.noteSuccess(this.#hasChanged, () => this.#hasRoom());
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
    this.#traces.stop();
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
    const writes = isWrite(sql);
    const rows = this.#attempt(() => this.#prepare(sql).all(...values), writes);
    if (writes) this.#hasChanged = true;
    return rows;
  }

  #exec(sql: string): void {
    this.#attempt(() => this.#database.exec(sql), true);
  }

  #attempt<T>(statement: () => T, writes: boolean): T {
    try {
      return statement();
    } catch (error) {
      throw this.#availability.toError(error, kindOfSqliteFailure(error), writes);
    }
  }

  /** Whether the disk takes more than it holds already. Leaves nothing behind. */
  #hasRoom(): boolean {
    try {
      this.#database.exec(`
        BEGIN IMMEDIATE;
        CREATE TABLE room_probe (content BLOB);
        INSERT INTO room_probe VALUES (zeroblob(${PROBE_BYTES}));
        COMMIT;
        DROP TABLE room_probe`);
      return true;
    } catch (error) {
      if (this.#database.isTransaction) this.#exec('ROLLBACK');
      if (kindOfSqliteFailure(error) === 'defect') throw error;
      return false;
    }
  }

  /** SQLite goes on writing to files that have no name any more: what is stored there is lost with this process. */
  #checkFiles(): void {
    if (this.#areFilesThere()) return;
    throw this.#availability.toError(new Error('The file of the database is gone.'), 'deleted', true);
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

/** What an operator can do about a database that cannot be opened. */
const toOpeningError = (error: unknown, directory: string | null): unknown => {
  const cause = isStoreUnavailable(error) && error instanceof Error ? error.cause : error;
  const kind = kindOfSqliteFailure(cause);
  if (directory === null || kind === 'defect') return error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice =
    kind === 'damaged'
      ? 'Restore it from a backup, or move it away to begin with an empty one.'
      : kind === 'full'
        ? 'Make room on its disk.'
        : 'Check that this user may write to it and that no other program holds it.';
  return new ModelgraphError(
    'INTERNAL',
    `The database ${join(directory, DATABASE_FILE)} cannot be used: ${reason}. ${advice}`,
    { cause: error },
  );
};

/**
 * The database in one file, `modelgraph.db`, of a directory that is made where there is none; null: in memory. Its schema
 * is brought up to date. Rejects with a message for the operator when another server has the directory, or it cannot be
 * used. One that was killed can be started again at once. `eraseAfterMs`: how long deletions are gathered before their
 * traces are erased, in milliseconds.
 */
export const openSqliteDb = async (
  directory: string | null,
  log: ServiceLog | null = null,
  { eraseAfterMs = ERASE_AFTER_MS }: { readonly eraseAfterMs?: number } = {},
): Promise<Db> => {
  const db = new SqliteDb(openSqliteFiles(directory), { log, eraseAfterMs });
  try {
    db.begin();
    await migrate(db);
    return db;
  } catch (error) {
    await db.close();
    throw toOpeningError(error, directory);
  }
};
