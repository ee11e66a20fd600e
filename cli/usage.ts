import { runUsageCommand } from './usage/run.ts';

/** `npm run usage -- …`: the ledger as CSV, read from the database of the settings. */
process.exitCode = await runUsageCommand(process.argv.slice(2), {
  output: process.stdout,
  errors: process.stderr,
});
