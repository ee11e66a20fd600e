import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ApiError, type Server } from '../api.ts';
import {
  type BatchState,
  cancelBatch,
  getBatch,
  hasEnded,
  listBatches,
  readResults,
  submitBatch,
  watchBatch,
} from './api.ts';
import {
  type Command,
  type CommandEnvironment,
  readCommandLine,
  toUsage,
  UsageError,
} from './command-line.ts';
import { fileFailure, isFileFailure } from './file-failure.ts';
import { createProgress, toStatusLine } from './progress.ts';
import { openRequestFile } from './request-file.ts';

export interface Terminal {
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** Whether `errors` is a terminal. */
  readonly isTerminal: boolean;
  /** What the command is called here, for advice: `modelgraph batch`. */
  readonly commandName: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

const OK = 0;
const FAILED = 1;
const INVALID_USAGE = 2;
const INCOMPLETE = 3;
const INTERRUPTED = 130;

const SHOWN_PROBLEMS = 20;

const exitCodeOf = (state: BatchState): number =>
  !hasEnded(state) || state.counts.succeeded === state.counts.total ? OK : INCOMPLETE;

/** A path of an error for people: lines of the file count from 1, as in editors. */
const toPlace = (path: readonly string[]): string => {
  const [root, source, line, ...rest] = path;
  if (root !== 'input' || source !== 'file' || line === undefined) return path.join('.');
  return [`line ${Number(line) + 1}`, rest.join('.')].filter((part) => part !== '').join(', ');
};

/** What the user of the command line can do about an error. */
const HINTS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: '  --key or MODELGRAPH_API_KEY sets the key.',
};

/** One line for each problem, with what to do about it. A problem of many places has one line. */
const describeRefusal = ({ code, problems }: ApiError): string => {
  const places = new Map<string, string[]>();
  for (const { message, path = [], suggestion } of problems) {
    const text = `${message}${suggestion ? ` ${suggestion}` : ''}`;
    places.set(text, [...(places.get(text) ?? []), toPlace(path)]);
  }
  const lines = [...places].slice(0, SHOWN_PROBLEMS).map(([text, [first = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more places`;
    return `  ${first === '' ? '' : `${first}${more}: `}${text}`;
  });
  const left = places.size - SHOWN_PROBLEMS;
  const hint = HINTS[code ?? ''];
  return [
    `${code ?? 'Error'}:`,
    ...lines,
    ...(left > 0 ? [`  and ${left} more`] : []),
    ...(hint === undefined ? [] : [hint]),
  ].join('\n');
};

/** The printed form of an error. */
const describeError = (error: unknown): string => {
  if (error instanceof ApiError) return describeRefusal(error);
  if (!(error instanceof Error)) {
    const { message, code, reason } = error as {
      readonly message?: string;
      readonly code?: number;
      readonly reason?: string;
    };
    return `The connection was lost: ${message ?? `${code} ${reason}`}`;
  }
  return error.message;
};

const howToWatch = (id: string, { commandName }: Terminal): string => `${commandName} status ${id} --watch`;

const watch = async (server: Server, id: string, terminal: Terminal): Promise<number> => {
  const progress = createProgress(terminal.errors, terminal.isTerminal);
  let last: BatchState | undefined;
  let isLost = false;
  const onRetry = (): void => {
    if (!isLost) terminal.errors.write('\nThe connection was lost; the batch continues. Connecting again.\n');
    isLost = true;
  };
  try {
    for await (const state of watchBatch(server, id, { signal: terminal.signal, onRetry })) {
      isLost = false;
      progress.show(state);
      last = state;
    }
  } catch (error) {
    if (!terminal.signal.aborted)
      terminal.errors.write(`\nTo watch the batch again: ${howToWatch(id, terminal)}\n`);
    throw error;
  } finally {
    progress.stop();
    if (terminal.signal.aborted)
      terminal.errors.write(`\nThe batch continues. To watch it again: ${howToWatch(id, terminal)}\n`);
  }
  if (terminal.signal.aborted) return INTERRUPTED;
  const state = last ?? (await getBatch(server, id, terminal.signal));
  terminal.output.write(`${toStatusLine(state)}\n`);
  if (state.error !== null) terminal.errors.write(`${state.error.code}: ${state.error.message}\n`);
  if (hasEnded(state)) terminal.errors.write(`The results: ${terminal.commandName} results ${id}\n`);
  return exitCodeOf(state);
};

const submit = async (command: Extract<Command, { type: 'submit' }>, terminal: Terminal): Promise<number> => {
  const submitFile = async (): Promise<BatchState> => {
    await using request = await openRequestFile(command.path, command.model);
    return await submitBatch(command, { ...command, file: request.file }, terminal.signal);
  };
  const state = await submitFile().catch((error: unknown) => {
    if (terminal.signal.aborted)
      terminal.errors.write(
        `\nThe server may have accepted the batch already. To check: ${terminal.commandName} list\n`,
      );
    throw error;
  });
  terminal.output.write(`${toStatusLine(state)}\n`);
  return command.detach ? OK : watch(command, state.id, terminal);
};

const writeFile = async (path: string, lines: AsyncIterable<string>): Promise<void> => {
  const file = await open(path, 'w').catch((error: unknown) => {
    throw fileFailure(path, 'written', error);
  });
  try {
    await pipeline(lines, file.createWriteStream());
  } catch (error) {
    // The lines come over the network, whose errors have a message for people already.
    throw isFileFailure(error) ? fileFailure(path, 'written', error) : error;
  }
};

const writeResults = async (
  { id, out, ...server }: Extract<Command, { type: 'results' }>,
  { output, errors, signal }: Terminal,
): Promise<number> => {
  const state = await getBatch(server, id, signal);
  const lines = async function* (): AsyncGenerator<string, void, undefined> {
    for await (const result of readResults(server, id, signal)) yield `${JSON.stringify(result)}\n`;
  };
  if (out === null) await pipeline(lines(), output, { end: false });
  else await writeFile(out, lines());
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
      const state = await getBatch(command, command.id, signal);
      if (command.watch) return watch(command, command.id, terminal);
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

/** Runs one command and returns its exit code. Errors are printed on `errors`. */
export const runBatchCommand = async (
  words: readonly string[],
  environment: CommandEnvironment,
  terminal: Terminal,
): Promise<number> => {
  try {
    return await run(readCommandLine(words, environment), terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.errors.write(`${error.message}\n${toUsage(terminal.commandName)}\n`);
      return INVALID_USAGE;
    }
    if (terminal.signal.aborted) return INTERRUPTED;
    // The reader of the output, such as `head`, has closed it.
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return OK;
    terminal.errors.write(`${describeError(error)}\n`);
    return FAILED;
  }
};
