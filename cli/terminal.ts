import { styleText } from 'node:util';

const FAILED = 1;

/** Where a command writes. */
export interface Terminal {
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** Whether `errors` is a terminal. */
  readonly isTerminal: boolean;
  /** Whether `output` is a terminal. */
  readonly isOutputTerminal: boolean;
  /** Whether `output` shows colours. */
  readonly hasColours: boolean;
}

/**
 * What reads the output may close it before everything is written, as `head` does: a command ends then. A server goes on
 * without its log, whatever ended that: the terminal may be gone, or a disk full.
 */
export const watchReader = (isServer: boolean): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isServer) return;
    if (error.code !== 'EPIPE') throw error;
    process.exit(FAILED);
  });
};

/** What this process was started in. */
export const createTerminal = (): Terminal => ({
  output: process.stdout,
  errors: process.stderr,
  isTerminal: process.stderr.isTTY,
  isOutputTerminal: process.stdout.isTTY,
  hasColours: styleText('red', ' ', { stream: process.stdout }) !== ' ',
});
