import { runKeyCommand } from './key/run.ts';

/** `npm run key -- …`: keys of a server, and tokens for the users of a key. */
process.exitCode = await runKeyCommand(process.argv.slice(2), process.env, {
  output: process.stdout,
  errors: process.stderr,
});
