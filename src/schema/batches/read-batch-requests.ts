import { coerceInputValue, type GraphQLSchema, isInputObjectType } from 'graphql';
import { createProblem, type Problem, RequestRejected } from '../../core/errors.ts';
import { hasMoreJsonValues } from '../../lib/has-more-json-values.ts';
import { Pace } from '../../lib/pace.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { readLines } from '../../lib/read-lines.ts';
import { type PassedBound, weighJson } from '../../lib/weigh-json.ts';
import type { BatchSubmissionLine } from '../../services/batches/batch-service.ts';
import type { BatchRequestInputType } from './batch-input.ts';
import { toGenerateInput } from '../generations/generate-input.ts';
import { findInputProblems } from '../input-problems.ts';

type BatchRequestInput = typeof BatchRequestInputType.$inferInput;

const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** The same as for the variables of an operation. */
const MAX_DEPTH = 100;
const MAX_VALUES = 100_000;
const BOUNDS = { depth: MAX_DEPTH, values: MAX_VALUES, characters: MAX_LINE_BYTES };

/** Lists and objects are counted once more in the text than in the value. */
const MAX_TEXT_VALUES = 2 * MAX_VALUES;

/** Problems of one line that are reported, at most. */
const MAX_PROBLEMS = 10;

/** Lines of a file, blank ones included: ten times as many as a batch may have requests. Further ones would be read for nothing. */
const MAX_LINES = 1_000_000;

const TOO_MANY_VALUES = `The line holds more than ${MAX_VALUES} JSON values. Send long data as one text.`;

const PASSED: Readonly<Record<PassedBound, string>> = {
  depth: `The line nests lists and objects more than ${MAX_DEPTH} levels deep.`,
  values: TOO_MANY_VALUES,
  characters: `The line is longer than ${MAX_LINE_BYTES} characters.`,
};

const problemAt = (path: readonly string[], message: string): Problem =>
  createProblem('INVALID_REQUEST', path, message);

const refused = (message: string): BatchSubmissionLine => ({ problems: [problemAt([], message)] });

const toSubmissionLine = async ({ customId, input }: BatchRequestInput): Promise<BatchSubmissionLine> => {
  try {
    return { customId, input: await toGenerateInput(input) };
  } catch (error) {
    if (error instanceof RequestRejected) return { problems: error.problems };
    throw error;
  }
};

/** Requests given in the operation itself, in their order. */
export async function* readRequests(
  requests: readonly BatchRequestInput[],
): AsyncGenerator<BatchSubmissionLine, void, undefined> {
  for (const request of requests) yield await toSubmissionLine(request);
}

/** The type a request has in the variables of an operation, so that a line of a file is read as that would be. */
const coercerOf = (schema: GraphQLSchema, hideSuggestions: boolean) => {
  const type = schema.getType('BatchRequestInput');
  if (!isInputObjectType(type)) throw new TypeError('the schema has no type BatchRequestInput');
  return (
    value: unknown,
  ):
    | { readonly request: BatchRequestInput }
    | Extract<BatchSubmissionLine, { readonly problems: unknown }> => {
    const request = coerceInputValue(value, type);
    // What the type made of the value is what its definition says.
    if (request !== undefined && request !== null) return { request: request as BatchRequestInput };
    const found = findInputProblems(value, type, { most: MAX_PROBLEMS, hideSuggestions }).map(
      ({ path, message }) => problemAt(path.map(String), message),
    );
    const [first = problemAt([], 'A request must be an object with customId and input.'), ...others] = found;
    return { problems: [first, ...others] };
  };
};

// A mark at the beginning of a file says that it is UTF-8, and is no part of the text.
const utf8 = new TextDecoder('utf-8', { fatal: true });

const decode = (bytes: Buffer): string | undefined => {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
};

export interface RequestFileOptions {
  readonly schema: GraphQLSchema;
  /** Whether no message says what a misspelt name may have meant. */
  readonly hideSuggestions: boolean;
  /** Aborted as soon as the client has gone, and the file with it. */
  readonly signal: AbortSignal;
}

/**
 * The requests of a JSON Lines file, read as they are asked for: blank lines are left out, and a line that cannot be read
 * as a request gives the problem it has. `line` is its position in the file, from 0.
 */
export async function* readRequestFile(
  file: File,
  { schema, hideSuggestions, signal }: RequestFileOptions,
): AsyncGenerator<BatchSubmissionLine, void, undefined> {
  const coerce = coercerOf(schema, hideSuggestions);
  const pace = new Pace();
  /** In steps, since each of them takes a while for a line of megabytes. */
  const read = async (bytes: Buffer | null): Promise<BatchSubmissionLine | undefined> => {
    if (bytes === null) return refused(`The line is longer than ${MAX_LINE_BYTES} bytes.`);
    if (hasMoreJsonValues(bytes, MAX_TEXT_VALUES)) return refused(TOO_MANY_VALUES);
    await pace.next();
    const text = decode(bytes);
    if (text === undefined) return refused('The line is not UTF-8.');
    if (text.trim() === '') return undefined;
    await pace.next();
    const value = parseExactJson(text);
    if (value === undefined) return refused('The line is not JSON.');
    const weight = weighJson(value, BOUNDS);
    if ('passed' in weight) return refused(PASSED[weight.passed]);
    await pace.next();
    const coerced = coerce(value);
    return 'problems' in coerced ? coerced : toSubmissionLine(coerced.request);
  };
  try {
    for await (const { index, bytes } of readLines(file.stream(), MAX_LINE_BYTES)) {
      if (index === MAX_LINES) {
        yield { ...refused(`The file has more than ${MAX_LINES} lines.`), line: index };
        return;
      }
      const pause = pace.next();
      if (pause !== undefined) await pause;
      const line = bytes?.length === 0 ? undefined : await read(bytes);
      if (line !== undefined) yield { ...line, line: index };
    }
  } catch (error) {
    // The file goes with the client that has gone: that it cannot be read any more is no defect.
    signal.throwIfAborted();
    throw error;
  }
}
