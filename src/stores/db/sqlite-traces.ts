import { statSync } from 'node:fs';
import type { ServiceLog } from '../../core/service-log.ts';
import { BUSY_TIMEOUT_MS } from './sqlite-files.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

export interface SqliteTracesOptions {
  readonly connection: SqliteConnection;
  /** Of the database's file; null: it is in memory. */
  readonly path: string | null;
  /** Runs work while nothing else uses the database. Rejects once that is closed. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
  readonly log: ServiceLog | null;
  /** How long deletions are gathered before their traces are erased, in milliseconds. */
  readonly eraseAfterMs: number;
}

export const ERASE_AFTER_MS = 10_000;

/** Pause before what could not be done is tried again, in milliseconds. */
const RETRY_MS = 5_000;

/** A file is rewritten for one hundredth of the time at most: statements wait meanwhile. */
const SHARE_OF_TIME = 100;

/** A larger file is not rewritten while the server runs: its statements would wait for too long. */
const MAX_REWRITTEN_BYTES = 1024 ** 3;

/** What `PRAGMA user_version` says of the file, so that a process that was killed leaves nothing behind for good. */
const STATES = { unknown: 0, clean: 1, pending: 2 } as const;

/**
 * Erases what deleted rows leave in the files of a database. SQLite overwrites what it deletes (`secure_delete`), but keeps
 * older versions of pages in its log, and copies of rows that once were moved in the unused parts of pages: the log is
 * truncated, and the file rewritten, a short while after something was deleted.
 */
export class SqliteTraces {
  readonly #options: SqliteTracesOptions;
  #timer: NodeJS.Timeout | undefined;
  #isPending = false;
  #isStopped = false;
  /** Whether the file was rewritten since something was deleted. */
  #isRewritten = false;
  #isTooLarge = false;
  /** By `performance.now()`. */
  #rewriteFrom = 0;

  constructor(options: SqliteTracesOptions) {
    this.#options = options;
  }

  /** Has what is deleted overwritten from now on, and erases what an earlier start, or an earlier version, left behind. */
  async begin(): Promise<void> {
    const { connection } = this.#options;
    await connection.execute('PRAGMA secure_delete = ON');
    const [state] = await this.#read('user_version');
    const [pages] = await this.#read('page_count');
    if (pages === 0) await this.#note(STATES.clean);
    else if (state !== STATES.clean) this.schedule();
  }

  /** Something was deleted. Never throws. */
  schedule(): void {
    const { path, inTurn, log, eraseAfterMs } = this.#options;
    this.#isRewritten = false;
    if (path === null || this.#isPending || this.#isStopped) return;
    this.#isPending = true;
    this.#wait(eraseAfterMs);
    inTurn(() => this.#note(STATES.pending)).catch((error: unknown) =>
      log?.warn({ err: error }, 'the database could not note that traces are to be erased'),
    );
  }

  /** What is pending is left to the next start. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(this.#erase, ms).unref();
  }

  readonly #erase = (): void => {
    const { path, inTurn, log } = this.#options;
    if (path === null) return;
    // What is deleted from here on counts anew.
    this.#isPending = false;
    inTurn(() => this.#eraseNow(path)).catch((error: unknown) => {
      if (this.#isStopped) return;
      log?.warn({ err: error }, 'traces of what was deleted could not be erased; trying again');
      this.#tryAgain(RETRY_MS);
    });
  };

  async #eraseNow(path: string): Promise<void> {
    const waitMs = this.#isRewritten ? 0 : await this.#rewrite(path);
    if (waitMs === 0) await this.#note(STATES.clean);
    if (!(await this.#truncateLog())) {
      // Another process reads the database.
      await this.#note(STATES.pending);
      this.#tryAgain(RETRY_MS);
    } else if (waitMs !== null && waitMs > 0) this.#tryAgain(waitMs);
  }

  /** Waits for no other process, since every statement of this one would wait as well. Gives whether it is done. */
  async #truncateLog(): Promise<boolean> {
    const { connection } = this.#options;
    await connection.execute('PRAGMA busy_timeout = 0');
    try {
      const [busy] = await this.#read('wal_checkpoint(TRUNCATE)');
      return busy === 0;
    } finally {
      await connection.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  async #read(pragma: string): Promise<readonly unknown[]> {
    const [row] = await this.#options.connection.query(`PRAGMA ${pragma}`, []);
    return Object.values(row ?? {});
  }

  /** Gives 0 once it is done, else when it can be, in milliseconds from now; null: not while the server runs. */
  async #rewrite(path: string): Promise<number | null> {
    const { size } = statSync(path);
    if (size > MAX_REWRITTEN_BYTES) {
      if (!this.#isTooLarge)
        this.#options.log?.warn(
          { path, bytes: size },
          'the database is too large to be rewritten while the server runs: run VACUUM to erase the last traces of what was deleted',
        );
      this.#isTooLarge = true;
      return null;
    }
    const began = performance.now();
    if (began < this.#rewriteFrom) return this.#rewriteFrom - began;
    await this.#options.connection.execute('VACUUM');
    this.#isRewritten = true;
    const ended = performance.now();
    this.#rewriteFrom = ended + (ended - began) * SHARE_OF_TIME;
    return 0;
  }

  #tryAgain(afterMs: number): void {
    if (this.#isPending) return;
    this.#isPending = true;
    this.#wait(afterMs);
  }

  async #note(state: (typeof STATES)[keyof typeof STATES]): Promise<void> {
    await this.#options.connection.execute(`PRAGMA user_version = ${state}`);
  }
}
