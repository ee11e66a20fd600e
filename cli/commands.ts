import type { Environment } from '../config/provider-settings.ts';
import type { Terminal } from './terminal.ts';

/** What a command that reads its own words is given beside them. */
export interface CommandContext extends Terminal {
  readonly environment: Environment;
  /** How the command is called here: `modelgraph batch`, or `npm run batch --` in a clone of the repository. */
  readonly commandName: string;
}

export interface LoadedCommand {
  /** How it is used, by what it is called. */
  readonly toUsage: (commandName: string) => string;
  /** Gives its exit code. */
  readonly run: (words: readonly string[], context: CommandContext) => Promise<number>;
}

export interface OwnCommand {
  /** One line of the help. */
  readonly summary: string;
  readonly load: () => Promise<LoadedCommand>;
}

const loadBatch = async (): Promise<LoadedCommand> => {
  const { runBatchCommand } = await import('./batch/run.ts');
  const { toUsage } = await import('./batch/command-line.ts');
  return {
    toUsage,
    run: async (words, { environment, ...terminal }) => {
      const interrupted = new AbortController();
      process.once('SIGINT', () => interrupted.abort());
      return runBatchCommand(words, environment, { ...terminal, signal: interrupted.signal });
    },
  };
};

/** Commands that speak to a running server, to its database, or of its files, by name. */
export const OWN_COMMANDS: Readonly<Record<string, OwnCommand>> = {
  batch: {
    summary: 'submit files of requests, watch batches, fetch their results, cancel them',
    load: loadBatch,
  },
  key: {
    summary: 'create a key for a client, tokens for the users of a key, and revoke them',
    load: async () => {
      const { runKeyCommand, toUsage } = await import('./key/run.ts');
      return { toUsage, run: (words, context) => runKeyCommand(words, context.environment, context) };
    },
  },
  usage: {
    summary: 'write the ledger of what was billed as CSV',
    load: async () => {
      const { runUsageCommand, toUsage } = await import('./usage/run.ts');
      return { toUsage, run: runUsageCommand };
    },
  },
  documents: {
    summary: 'collect the trusted documents of a client, and check them',
    load: async () => {
      const { runDocumentsCommand, toUsage } = await import('./documents/run.ts');
      return { toUsage, run: runDocumentsCommand };
    },
  },
};
