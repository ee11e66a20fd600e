import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

const { path, busyTimeoutMs } = workerData as { readonly path: string; readonly busyTimeoutMs: number };
const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
database.exec('PRAGMA secure_delete = ON; VACUUM');
database.close();
