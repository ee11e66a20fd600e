import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ModelgraphError } from '../../core/errors.ts';
import type { SqlValue } from './db.ts';
import { SqliteStatements } from './sqlite-connection.ts';
import { openSqliteFiles } from './sqlite-files.ts';

/** What the thread is asked to do, in the order of its messages. */
export type SqliteTask =
  | { readonly kind: 'query' | 'change'; readonly sql: string; readonly values: readonly SqlValue[] }
  | { readonly kind: 'execute'; readonly sql: string }
  | { readonly kind: 'close' };

/** An error as it leaves the thread, where its class is lost. */
export interface ThrownInThread {
  readonly message: string;
  readonly stack: string | undefined;
  /** SQLite's result code. */
  readonly errcode: unknown;
  readonly code: unknown;
  /** Whether its message is for the operator. */
  readonly isOurs: boolean;
}

/** One for each task; the first one says that the files are open. */
export interface SqliteAnswer {
  readonly rows: readonly object[];
  /** How many rows a `change` has changed. */
  readonly changed: number;
  readonly error: ThrownInThread | null;
  readonly isTransaction: boolean;
}

const NONE: readonly object[] = [];

const toThrown = (thrown: unknown): ThrownInThread => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    message: error.message,
    stack: error.stack,
    errcode: 'errcode' in error ? error.errcode : undefined,
    code: 'code' in error ? error.code : undefined,
    isOurs: error instanceof ModelgraphError,
  };
};

const serve = (port: MessagePort, directory: string): void => {
  let statements: SqliteStatements | undefined;
  let changed = 0;
  const run = (task: SqliteTask | null): readonly object[] => {
    if (task === null) statements = new SqliteStatements(openSqliteFiles(directory));
    else if (task.kind === 'query') return statements?.query(task.sql, task.values) ?? NONE;
    else if (task.kind === 'change') changed = statements?.change(task.sql, task.values) ?? 0;
    else if (task.kind === 'execute') statements?.execute(task.sql);
    else statements?.close();
    return NONE;
  };
  const answer = (task: SqliteTask | null): void => {
    let rows = NONE;
    let error: ThrownInThread | null = null;
    try {
      rows = run(task);
    } catch (thrown) {
      error = toThrown(thrown);
    }
    const isTransaction = task?.kind !== 'close' && statements?.isTransaction === true;
    port.postMessage({ rows, changed, error, isTransaction } satisfies SqliteAnswer);
  };
  port.on('message', answer);
  answer(null);
};

if (parentPort !== null) serve(parentPort, (workerData as { readonly directory: string }).directory);
