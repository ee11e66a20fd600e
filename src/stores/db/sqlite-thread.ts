import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ModelgraphError } from '../../core/errors.ts';
import type { SqlValue } from './db.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { IOERR } from './sqlite-failure.ts';
import type { SqliteAnswer, SqliteTask, ThrownInThread } from './sqlite-worker.ts';

const toError = ({ message, stack, errcode, code, isOurs }: ThrownInThread): Error => {
  if (isOurs) return new ModelgraphError('INTERNAL', message);
  return Object.assign(new Error(message), { stack, errcode, code });
};

/** Pauses before a thread is started again after one that could not open the files, in milliseconds: each twice the one before. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** What statements fail with from the end of the thread on, until the files are open again in another one. */
const threadEnded = (cause: unknown): Error =>
  Object.assign(new Error('The thread of the database has ended.', { cause }), { errcode: IOERR });

/** The program of the thread, beside this module: with types as a source, without them as a part of the package. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js',
  import.meta.url,
);

/**
 * The compile cache of this process has the sources of the thread without their types, so that the thread does without the
 * parser of types, which takes longer to load than all else, and more memory. Node appends a folder of its version by itself.
 */
const toEnvironment = (): Readonly<Record<string, string>> => {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
};

/**
 * A connection whose statements run in a thread of its own: a commit waits for the disk, a statement for another process that
 * holds the file, and the event loop for neither. Keeps the process alive only while a statement runs.
 */
class ThreadConnection implements SqliteConnection {
  readonly #directory: string;
  #worker: Worker;
  /** Answers come in the order of the tasks. */
  readonly #waiting: PromiseWithResolvers<SqliteAnswer>[] = [];
  #failure: Error | undefined;
  #isTransaction = false;
  #isClosed = false;
  #pauseMs = FIRST_PAUSE_MS;
  /** By `performance.now()`. */
  #reopenFrom = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#worker = this.#startWorker();
  }

  #startWorker(): Worker {
    const worker = new Worker(WORKER, {
      workerData: { directory: this.#directory },
      // Nothing else of the server's own environment or flags concerns it.
      env: toEnvironment(),
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const fail = (cause: unknown): void => {
      if (worker === this.#worker) this.#fail(cause);
    };
    worker.on('message', (answer: SqliteAnswer) => this.#settle(answer));
    worker.on('error', fail);
    worker.on('exit', fail);
    return worker;
  }

  get isLost(): boolean {
    return this.#failure !== undefined && !this.#isClosed;
  }

  async reopen(): Promise<void> {
    if (this.#failure !== undefined && performance.now() < this.#reopenFrom) throw this.#failure;
    // The files are its own until it has ended.
    await this.#worker.terminate();
    this.#worker = this.#startWorker();
    this.#failure = undefined;
    try {
      await this.opened();
      this.#pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      this.#fail(error);
      this.#reopenFrom = performance.now() + this.#pauseMs;
      this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
      throw error;
    }
  }

  get isTransaction(): boolean {
    return this.#isTransaction;
  }

  /** Resolves once the files are open. */
  async opened(): Promise<void> {
    await this.#await();
  }

  async query(sql: string, values: readonly SqlValue[]): Promise<readonly object[]> {
    const { rows } = await this.#send({ kind: 'query', sql, values });
    return rows;
  }

  async change(sql: string, values: readonly SqlValue[]): Promise<number> {
    const { changed } = await this.#send({ kind: 'change', sql, values });
    return changed;
  }

  async execute(sql: string): Promise<void> {
    await this.#send({ kind: 'execute', sql });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    try {
      if (this.#failure === undefined) await this.#send({ kind: 'close' });
    } finally {
      await this.#worker.terminate();
    }
  }

  #send(task: SqliteTask): Promise<SqliteAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#worker.postMessage(task, []);
    return this.#await();
  }

  #await(): Promise<SqliteAnswer> {
    if (this.#waiting.length === 0) this.#worker.ref();
    const answer = Promise.withResolvers<SqliteAnswer>();
    this.#waiting.push(answer);
    return answer.promise;
  }

  #settle(answer: SqliteAnswer): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    this.#isTransaction = answer.isTransaction;
    if (answer.error === null) waiting?.resolve(answer);
    else waiting?.reject(toError(answer.error));
  }

  #fail(cause: unknown): void {
    this.#failure ??= threadEnded(cause);
    this.#isTransaction = false;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

/** Opens the database of a data directory in a thread. Rejects with a message for the operator where it cannot be used. */
export const connectInThread = async (directory: string): Promise<SqliteConnection> => {
  const connection = new ThreadConnection(directory);
  try {
    await connection.opened();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
};
