import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  ApiError,
  type BatchState,
  cancelBatch,
  getBatch,
  listBatches,
  readResults,
  type Server,
  submitBatch,
  watchBatch,
} from './api.ts';
import { type Command, type CommandEnvironment, readCommandLine, USAGE, UsageError } from './command-line.ts';
import { createProgress, toStatusLine } from './progress.ts';
import { openRequestFile } from './request-file.ts';

export interface Terminal {
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** Whether somebody looks at `errors`. */
  readonly isTerminal: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

const OK = 0;
const FAILED = 1;
const USAGE_WRONG = 2;
const INCOMPLETE = 3;
const INTERRUPTED = 130;

const SHOWN_PROBLEMS = 20;

const isOver = ({ status }: BatchState): boolean =>
  ['COMPLETED', 'CANCELLED', 'FAILED', 'EXPIRED'].includes(status);

const exitCodeOf = (state: BatchState): number =>
  !isOver(state) || state.counts.succeeded === state.counts.total ? OK : INCOMPLETE;

/** Positions of a file are told as editors do, from 1. */
const toPlace = (path: readonly string[]): string => {
  const [root, source, line, ...rest] = path;
  if (root !== 'input' || source !== 'file' || line === undefined) return path.join('.');
  return [`line ${Number(line) + 1}`, rest.join('.')].filter((part) => part !== '').join(', ');
};

/** An error as it is printed: one line for each thing that is wrong, with what to do about it. */
const describeError = (error: unknown): string => {
  if (error instanceof ApiError) {
    const lines = error.problems.slice(0, SHOWN_PROBLEMS).map(({ message, path = [], suggestion }) => {
      const place = path.length === 0 ? '' : `${toPlace(path)}: `;
      return `  ${place}${message}${suggestion ? ` ${suggestion}` : ''}`;
    });
    const left = error.problems.length - SHOWN_PROBLEMS;
    return [`${error.code ?? 'Refused'}:`, ...lines, ...(left > 0 ? [`  and ${left} more`] : [])].join('\n');
  }
  if (!(error instanceof Error)) {
    const { code, reason } = error as { readonly code?: unknown; readonly reason?: unknown };
    return `The connection was closed: ${String(code)} ${String(reason)}`;
  }
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
};

const watch = async (server: Server, id: string, terminal: Terminal): Promise<number> => {
  const progress = createProgress(terminal.errors, terminal.isTerminal);
  let last: BatchState | undefined;
  try {
    for await (const state of watchBatch(server, id, terminal.signal)) {
      progress.show(state);
      last = state;
    }
  } finally {
    progress.stop();
  }
  if (terminal.signal.aborted) {
    terminal.errors.write(`\nThe batch goes on. To watch it again: npm run batch -- status ${id} --watch\n`);
    return INTERRUPTED;
  }
  const state = last ?? (await getBatch(server, id, terminal.signal));
  terminal.output.write(`${toStatusLine(state)}\n`);
  if (state.error !== null) terminal.errors.write(`${state.error.code}: ${state.error.message}\n`);
  if (isOver(state)) terminal.errors.write(`The results: npm run batch -- results ${id}\n`);
  return exitCodeOf(state);
};

const submit = async (command: Extract<Command, { type: 'submit' }>, terminal: Terminal): Promise<number> => {
  const submitFile = async (): Promise<BatchState> => {
    await using request = await openRequestFile(command.path, command.model);
    return await submitBatch(command, { ...command, file: request.file }, terminal.signal);
  };
  const state = await submitFile().catch((error: unknown) => {
    if (terminal.signal.aborted)
      terminal.errors.write('\nThe batch may have been taken by then. To see: npm run batch -- list\n');
    throw error;
  });
  terminal.output.write(`${toStatusLine(state)}\n`);
  return command.detach ? OK : watch(command, state.id, terminal);
};

const writeResults = async (
  { id, out, ...server }: Extract<Command, { type: 'results' }>,
  { output, errors, signal }: Terminal,
): Promise<number> => {
  const state = await getBatch(server, id, signal);
  const lines = async function* (): AsyncGenerator<string, void, undefined> {
    for await (const result of readResults(server, id, signal)) yield `${JSON.stringify(result)}\n`;
  };
  await pipeline(lines(), out === null ? output : createWriteStream(out), { end: out !== null });
  if (state.counts.pending > 0)
    errors.write(`${state.counts.pending} of ${state.counts.total} requests have no result yet.\n`);
  return exitCodeOf(state);
};

const run = async (command: Command, terminal: Terminal): Promise<number> => {
  const { output, signal } = terminal;
  switch (command.type) {
    case 'submit':
      return submit(command, terminal);
    case 'status': {
      if (command.watch) return watch(command, command.id, terminal);
      const state = await getBatch(command, command.id, signal);
      output.write(`${toStatusLine(state)}\n`);
      return exitCodeOf(state);
    }
    case 'results':
      return writeResults(command, terminal);
    case 'cancel':
      output.write(`${toStatusLine(await cancelBatch(command, command.id, signal))}\n`);
      return OK;
    case 'list':
      for (const state of await listBatches(command, signal)) output.write(`${toStatusLine(state)}\n`);
      return OK;
  }
};

/** Runs one command and gives its exit code. Whatever goes wrong is told on `errors`. */
export const runBatchCommand = async (
  words: readonly string[],
  environment: CommandEnvironment,
  terminal: Terminal,
): Promise<number> => {
  try {
    return await run(readCommandLine(words, environment), terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.errors.write(`${error.message}\n${USAGE}\n`);
      return USAGE_WRONG;
    }
    if (terminal.signal.aborted) return INTERRUPTED;
    terminal.errors.write(`${describeError(error)}\n`);
    return FAILED;
  }
};
