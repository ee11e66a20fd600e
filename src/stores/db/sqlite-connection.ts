import type { StatementSync } from 'node:sqlite';
import type { SqlValue } from './db.ts';
import { toSqlite } from './dialect.ts';
import type { SqliteFiles } from './sqlite-files.ts';

/** One connection to SQLite. Statements are given one after the other. */
export interface SqliteConnection {
  /** Runs one statement of this project's SQL. */
  query(sql: string, values: readonly SqlValue[]): Promise<readonly object[]>;
  /** As `query`, of a statement that gives no rows: how many it has changed. */
  change(sql: string, values: readonly SqlValue[]): Promise<number>;
  /** Runs statements of SQLite's own SQL. */
  execute(sql: string): Promise<void>;
  /** Whether a transaction was open after the last statement. */
  readonly isTransaction: boolean;
  /** Whether what held the files has ended, so that every statement fails until they are open again. */
  readonly isLost: boolean;
  /** Opens the files again, with no settings of before; rejects where that fails, and at once for a while after that. */
  reopen(): Promise<void>;
  /** Resolves when nothing of it is open. */
  close(): Promise<void>;
}

const MAX_PREPARED = 200;

/** The files of a database with the statements that are prepared on them. Holds its thread for as long as a statement takes. */
export class SqliteStatements {
  readonly #files: SqliteFiles;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(files: SqliteFiles) {
    this.#files = files;
  }

  get isTransaction(): boolean {
    return this.#files.database.isTransaction;
  }

  query(sql: string, values: readonly SqlValue[]): readonly object[] {
    return this.#prepare(sql).all(...values);
  }

  change(sql: string, values: readonly SqlValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  execute(sql: string): void {
    this.#files.database.exec(sql);
  }

  close(): void {
    this.#prepared.clear();
    this.#files.database.close();
    this.#files.lock?.close();
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#prepared.get(sql) ?? this.#files.database.prepare(toSqlite(sql));
    this.#prepared.delete(sql);
    this.#prepared.set(sql, statement);
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size > MAX_PREPARED && oldest !== undefined) this.#prepared.delete(oldest);
    return statement;
  }
}

/** A connection in the thread of its caller: for a database in memory, which waits for no disk. */
export const connectHere = (files: SqliteFiles): SqliteConnection => {
  const statements = new SqliteStatements(files);
  return {
    query: async (sql, values) => statements.query(sql, values),
    change: async (sql, values) => statements.change(sql, values),
    execute: async (sql) => statements.execute(sql),
    get isTransaction() {
      return statements.isTransaction;
    },
    isLost: false,
    reopen: async () => undefined,
    close: async () => statements.close(),
  };
};
