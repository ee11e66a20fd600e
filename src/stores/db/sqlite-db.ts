import { join } from 'node:path';
import { ModelgraphError } from '../../core/errors.ts';
import type { ServiceLog } from '../../core/service-log.ts';
import { Availability } from './availability.ts';
import type { Db, ListenOptions, SqlValue, Transaction, TransactionOptions } from './db.ts';
import { isWrite } from './is-write.ts';
import { Listeners } from './listeners.ts';
import { migrate } from '../migrations/migrate.ts';
import { connectHere, type SqliteConnection } from './sqlite-connection.ts';
import { kindOfSqliteFailure } from './sqlite-failure.ts';
import { createFileCheck, DATABASE_FILE, openSqliteFiles } from './sqlite-files.ts';
import { connectInThread } from './sqlite-thread.ts';
import { ERASE_AFTER_MS, SqliteTraces, type SqliteTracesOptions } from './sqlite-traces.ts';
import { isStoreUnavailable, StoreUnavailable } from '../../core/store-errors.ts';

/** How long statements may follow each other before timers and sockets have their turn, in milliseconds. */
const LONGEST_TURN_MS = 10;

/** What a disk that was full has to take before it counts as having room again. */
const PROBE_BYTES = 64 * 1024;

class SqliteDb implements Db {
  readonly engine = 'sqlite';
  readonly #connection: SqliteConnection;
  readonly #channels = new Map<string, Listeners<string>>();
  readonly #availability: Availability;
  readonly #traces: SqliteTraces;
  /** Whether the files that are open are still the ones of the directory. */
  readonly #areFilesThere: () => boolean;
  #tail: Promise<unknown> = Promise.resolve();
  /** null: not known. */
  #isRelaxed: boolean | null = null;
  /** Whether the open files have their settings. */
  #isSetUp = false;
  /** Whether a statement of the open transaction has changed anything. */
  #hasChanged = false;
  /** When the first statement of this turn of the event loop came; null: there was none yet. */
  #busySince: number | null = null;
  #closed = false;

  constructor(
    connection: SqliteConnection,
    {
      areFilesThere,
      log,
      traces,
    }: {
      readonly areFilesThere: () => boolean;
      readonly log: ServiceLog | null;
      readonly traces: Pick<SqliteTracesOptions, 'path' | 'eraseAfterMs'>;
    },
  ) {
    this.#connection = connection;
    this.#areFilesThere = areFilesThere;
    this.#availability = new Availability(log);
    const inTurn = (work: () => Promise<void>): Promise<void> => this.#inTurn(work);
    this.#traces = new SqliteTraces({ ...traces, connection, inTurn, log });
  }

  /** Sets up the files before the schema is brought up to date, and whenever they have been opened again. */
  async begin(): Promise<void> {
    await this.#traces.begin();
    await this.#connection.execute('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    this.#isRelaxed = null;
    this.#isSetUp = true;
  }

  eraseTraces(): void {
    this.#traces.schedule();
  }

  query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.#inTurn(async () => {
      const writes = isWrite(sql);
      if (writes) {
        this.#checkFiles();
        await this.#relax(false);
      }
      const rows = (await this.#run(sql, values)) as readonly Row[];
      await this.#noteSuccess(writes);
      return rows;
    });
  }

  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    { relaxed = false }: TransactionOptions = {},
  ): Promise<T> {
    return this.#inTurn(async () => {
      const notices: [channel: string, payload: string][] = [];
      this.#checkFiles();
      this.#hasChanged = false;
      await this.#relax(relaxed, 'BEGIN IMMEDIATE');
      try {
        const result = await work({
          query: async <Row extends object>(sql: string, values: readonly SqlValue[] = []) =>
            (await this.#run(sql, values)) as readonly Row[],
          change: (sql, values = []) => this.#change(sql, values),
          notify: async (channel, payload) => void notices.push([channel, payload]),
        });
        await this.#execute('COMMIT');
        await this.#noteSuccess(this.#hasChanged);
        for (const [channel, payload] of notices) this.#tell(channel, payload);
        return result;
      } catch (error) {
        // Some errors, a full disk among them, have ended the transaction already.
        if (this.#connection.isTransaction) await this.#execute('ROLLBACK');
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
    await this.#afterOthers(async () => {
      this.#closed = true;
      await this.#connection.close();
    });
  }

  /** One after the other: there is one connection, and everything on it would be part of an open transaction. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#afterOthers(async () => {
      await this.#yieldInTime();
      if (this.#closed) throw new StoreUnavailable(new Error('The database is closed.'));
      if (!this.#isSetUp || this.#connection.isLost) await this.#restore();
      return work();
    });
  }

  #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Between transactions only, so that none goes on where the statements before were lost with its beginning. */
  async #restore(): Promise<void> {
    this.#checkFiles();
    this.#isSetUp = false;
    try {
      if (this.#connection.isLost) await this.#connection.reopen();
      await this.begin();
    } catch (error) {
      const kind = kindOfSqliteFailure(error);
      // What waits is for later, whatever the reason is.
      throw this.#availability.toError(error, kind === 'defect' ? 'away' : kind, true);
    }
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

  /** Only between transactions: SQLite ignores it within one. `then`: a statement that follows. */
  async #relax(relaxed: boolean, then = ''): Promise<void> {
    if (relaxed === this.#isRelaxed) {
      if (then !== '') await this.#execute(then);
      return;
    }
    this.#isRelaxed = null;
    await this.#execute(`PRAGMA synchronous = ${relaxed ? 'NORMAL' : 'FULL'};${then}`);
    this.#isRelaxed = relaxed;
  }

  async #run(sql: string, values: readonly SqlValue[]): Promise<readonly object[]> {
    const writes = isWrite(sql);
    const rows = await this.#attempt(this.#connection.query(sql, values), writes);
    if (writes) this.#hasChanged = true;
    return rows;
  }

  async #change(sql: string, values: readonly SqlValue[]): Promise<number> {
    const count = await this.#attempt(this.#connection.change(sql, values), true);
    if (count > 0) this.#hasChanged = true;
    return count;
  }

  #execute(sql: string): Promise<void> {
    return this.#attempt(this.#connection.execute(sql), true);
  }

  async #attempt<T>(statement: Promise<T>, writes: boolean): Promise<T> {
    try {
      return await statement;
    } catch (error) {
      throw this.#availability.toError(error, kindOfSqliteFailure(error), writes);
    }
  }

  async #noteSuccess(wrote: boolean): Promise<void> {
    const hasRoom = !wrote || !this.#availability.isFull || (await this.#hasRoom());
    this.#availability.noteSuccess(wrote, hasRoom);
  }

  /** Whether the disk takes more than it holds already. Leaves nothing behind. */
  async #hasRoom(): Promise<boolean> {
    try {
      await this.#connection.execute(`
        BEGIN IMMEDIATE;
        CREATE TABLE room_probe (content BLOB);
        INSERT INTO room_probe VALUES (zeroblob(${PROBE_BYTES}));
        COMMIT;
        DROP TABLE room_probe`);
      return true;
    } catch (error) {
      if (this.#connection.isTransaction) await this.#execute('ROLLBACK');
      if (kindOfSqliteFailure(error) === 'defect') throw error;
      return false;
    }
  }

  /** SQLite goes on writing to files that have no name any more: what is stored there is lost with this process. */
  #checkFiles(): void {
    if (this.#areFilesThere()) return;
    throw this.#availability.toError(new Error('The file of the database is gone.'), 'deleted', true);
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

const connect = (directory: string | null): Promise<SqliteConnection> | SqliteConnection =>
  directory === null ? connectHere(openSqliteFiles(null)) : connectInThread(directory);

/**
 * The database in one file, `modelgraph.db`, of a directory that is made where there is none; null: in memory. Its schema
 * is brought up to date. A file is read and written in a thread of its own, so that the event loop waits for no disk. Rejects
 * with a message for the operator when another server has the directory, or it cannot be used. One that was killed can be
 * started again at once. `eraseAfterMs`: how long deletions are gathered before their traces are erased, in milliseconds.
 */
export const openSqliteDb = async (
  directory: string | null,
  log: ServiceLog | null = null,
  { eraseAfterMs = ERASE_AFTER_MS }: { readonly eraseAfterMs?: number } = {},
): Promise<Db> => {
  const connection = await connect(directory);
  const areFilesThere = directory === null ? () => true : createFileCheck(directory);
  const path = directory === null ? null : join(directory, DATABASE_FILE);
  const db = new SqliteDb(connection, { areFilesThere, log, traces: { path, eraseAfterMs } });
  try {
    await db.begin();
    await migrate(db, undefined, log);
    return db;
  } catch (error) {
    await db.close();
    throw toOpeningError(error, directory);
  }
};
