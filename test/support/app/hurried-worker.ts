import { runWorker } from '../../../cli/serve/run-worker.ts';
import { HURRIED } from './hurried-timing.ts';

// A worker of `hurried-workers.ts`.
await runWorker(process.argv.slice(2), HURRIED);
