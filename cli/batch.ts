import { runBatchCommand } from './batch/run.ts';

/** `npm run batch -- …`: batches from the command line, over the public API. */
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

process.exitCode = await runBatchCommand(process.argv.slice(2), process.env, {
  output: process.stdout,
  errors: process.stderr,
  isTerminal: process.stderr.isTTY,
  signal: controller.signal,
});
