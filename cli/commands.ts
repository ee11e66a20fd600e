import type { Environment } from '../config/env.ts';
import type { Terminal } from './terminal.ts';

/** What a command that reads its own words is given beside them. */
export interface CommandContext extends Terminal {
  readonly environment: Environment;
  /** How the command is called here: `modelgraph batch`, or `npm run batch --` in a clone of the repository. */
  readonly commandName: string;
}

export interface OwnCommand {
  /** One line of the help. */
  readonly summary: string;
  /** Loads the command, which gives its exit code. Its `--help` says how it is used. */
  readonly load: () => Promise<(words: readonly string[], context: CommandContext) => Promise<number>>;
}

const loadBatch: OwnCommand['load'] = async () => {
  const { runBatchCommand } = await import('./batch/run.ts');
  return async (words, { environment, ...terminal }) => {
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    return runBatchCommand(words, environment, { ...terminal, signal: interrupted.signal });
  };
};

/** Commands that speak to a running server, or to its database, by name. */
export const OWN_COMMANDS: Readonly<Record<string, OwnCommand>> = {
  batch: {
    summary: 'submit files of requests, watch batches, fetch their results, cancel them',
    load: loadBatch,
  },
};
