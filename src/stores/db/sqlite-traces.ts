import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { ServiceLog } from '../../core/service-log.ts';
import { BUSY_TIMEOUT_MS } from './sqlite-files.ts';
import type { RewriteTask } from './rewrite-worker.ts';

export interface SqliteTracesOptions {
  readonly database: DatabaseSync;
  /** Of the database's file; null: it is in memory. */
  readonly path: string | null;
  /** Runs work while nothing else uses the database. Rejects once that is closed. */
  readonly inTurn: (work: () => void | Promise<void>) => Promise<void>;
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

/** In a thread of its own: it takes seconds for a large file. */
const rewriteFile = (path: string): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const worker = new Worker(new URL('./rewrite-worker.ts', import.meta.url), {
    workerData: { path, busyTimeoutMs: BUSY_TIMEOUT_MS } satisfies RewriteTask,
  });
  worker.on('error', reject);
  worker.on('exit', () => resolve());
  return promise;
};

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
  begin(): void {
    const { database } = this.#options;
    database.exec('PRAGMA secure_delete = ON');
    const [state] = Object.values(database.prepare('PRAGMA user_version').get() ?? {});
    const [pages] = Object.values(database.prepare('PRAGMA page_count').get() ?? {});
    if (pages === 0) this.#note(STATES.clean);
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
    if (waitMs === 0) this.#note(STATES.clean);
    if (!this.#truncateLog()) {
      // Another process reads the database.
      this.#note(STATES.pending);
      this.#tryAgain(RETRY_MS);
    } else if (waitMs !== null && waitMs > 0) this.#tryAgain(waitMs);
  }

  /** Waits for no other process, since everything else of this one would wait as well. Gives whether it is done. */
  #truncateLog(): boolean {
    const { database } = this.#options;
    database.exec('PRAGMA busy_timeout = 0');
    try {
      const result = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { readonly busy: number };
      return result.busy === 0;
    } finally {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
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
    await rewriteFile(path);
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

  #note(state: (typeof STATES)[keyof typeof STATES]): void {
    this.#options.database.exec(`PRAGMA user_version = ${state}`);
  }
}
