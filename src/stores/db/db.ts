export type SqlValue = string | number | null;

/**
 * Runs the SQL that both engines share (see `toPostgres` and `toSqlite` for its few words of our own), with placeholders
 * `$1`, `$2` … Whole numbers come back as numbers.
 */
export interface Queries {
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

export interface Transaction extends Queries {
  /** As `query`, of a statement that gives no rows: how many rows it has inserted, updated or deleted. */
  change(sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** As `Db.notify`, once the transaction has been committed; nothing is sent if it is not. */
  notify(channel: string, payload: string): Promise<void>;
}

export interface TransactionOptions {
  /** A power cut, not a crash, may take what was committed last: for rows that can be missed. */
  readonly relaxed?: boolean;
}

export interface QueryOptions {
  /**
   * PostgreSQL plans the statement once for each connection and keeps the plan under this name: for the few that a client
   * waits for. Always the same name for the same statement. SQLite keeps every statement as it is.
   */
  readonly name?: string;
}

export interface ListenOptions {
  /**
   * Called each time PostgreSQL begins to notify, the first time too: from then on nothing is missed, and what came
   * before must be looked for. SQLite never misses any.
   */
  readonly onReconnect?: () => void;
}

/**
 * The database, whichever engine it is. Throws `StoreUnavailable` when the engine is gone, busy or full; every other
 * error is a defect.
 */
export interface Db extends Queries {
  readonly engine: 'sqlite' | 'postgres';
  query<Row extends object>(
    sql: string,
    values?: readonly SqlValue[],
    options?: QueryOptions,
  ): Promise<readonly Row[]>;
  /**
   * Commits what the work did, or nothing of it when it throws. On SQLite one runs after the other, and a query outside
   * of it waits for its end: the work must use nothing but the transaction it is given.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Notifies all listeners, in this process and in others. On SQLite in this process only. */
  notify(channel: string, payload: string): Promise<void>;
  /** Gives a function that ends it. A channel's name is a plain identifier. */
  listen(channel: string, handle: (payload: string) => void, options?: ListenOptions): () => void;
  /**
   * Has what was deleted leave the engine's files within a minute, as far as the server can see to that. Left out: it is the
   * engine's own matter.
   */
  eraseTraces?(): void;
  /** false from a statement that failed because the engine is away until one works again. */
  isUp(): boolean;
  /** Called at each change of `isUp`. Gives a function that ends it. */
  onAvailability(handle: (up: boolean) => void): () => void;
  /** Resolves when nothing of it is open. Statements throw `StoreUnavailable` from then on. */
  close(): Promise<void>;
}
