import { runDocumentsCommand } from './documents/run.ts';

/** `npm run documents -- …`: the files of trusted documents. */
process.exitCode = await runDocumentsCommand(process.argv.slice(2), process);
