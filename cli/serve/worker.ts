import cluster from 'node:cluster';
import { runWorker } from './run-worker.ts';

// The program that the primary starts for each worker.
if (cluster.isWorker) await runWorker(process.argv.slice(2));
