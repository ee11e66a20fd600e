import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

/** The file to rewrite, and how long to wait for other processes that use it, in milliseconds. */
export interface RewriteTask {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

const { path, busyTimeoutMs } = workerData as RewriteTask;
const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
database.exec('PRAGMA secure_delete = ON; VACUUM');
database.close();
