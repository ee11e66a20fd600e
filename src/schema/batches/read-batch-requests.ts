import { coerceInputValue, type GraphQLSchema, isInputObjectType, validateInputValue } from 'graphql';
import { createProblem, type Problem, RequestRejected } from '../../core/errors.ts';
import { isDeeperThan } from '../../lib/is-deeper-than.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { readLines } from '../../lib/read-lines.ts';
import type { BatchSubmissionLine } from '../../services/batches/batch-service.ts';
import type { BatchRequestInputType } from './batch-input.ts';
import { toGenerateInput } from '../generations/generate-input.ts';

type BatchRequestInput = typeof BatchRequestInputType.$inferInput;

const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** As deeply as variables may nest: what reads or writes a request does so level by level. */
const MAX_DEPTH = 100;

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
const coercerOf = (schema: GraphQLSchema) => {
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
    const found: Problem[] = [];
    validateInputValue(value, type, ({ message }, path) => {
      found.push(problemAt(path.map(String), message));
    });
    const [first = problemAt([], 'A request must be an object with customId and input.'), ...others] = found;
    return { problems: [first, ...others] };
  };
};

const decode = (bytes: Buffer): string | undefined => {
  try {
    // A mark at the beginning of a file says that it is UTF-8, and is no part of the text.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/**
 * The requests of a JSON Lines file, read as they are asked for: blank lines are left out, and a line that cannot be read
 * as a request gives the problem it has. `line` is its position in the file, from 0.
 */
export async function* readRequestFile(
  file: File,
  schema: GraphQLSchema,
  signal: AbortSignal,
): AsyncGenerator<BatchSubmissionLine, void, undefined> {
  const coerce = coercerOf(schema);
  const read = async (bytes: Buffer | null): Promise<BatchSubmissionLine | undefined> => {
    if (bytes === null) return refused(`The line is longer than ${MAX_LINE_BYTES} bytes.`);
    const text = decode(bytes);
    if (text === undefined) return refused('The line is not UTF-8.');
    if (text.trim() === '') return undefined;
    const value = parseJson(text);
    if (value === undefined) return refused('The line is not JSON.');
    if (isDeeperThan(value, MAX_DEPTH))
      return refused(`The line nests lists and objects more than ${MAX_DEPTH} levels deep.`);
    const coerced = coerce(value);
    return 'problems' in coerced ? coerced : toSubmissionLine(coerced.request);
  };
  try {
    for await (const { index, bytes } of readLines(file.stream(), MAX_LINE_BYTES)) {
      const line = await read(bytes);
      if (line !== undefined) yield { ...line, line: index };
    }
  } catch (error) {
    // The file goes with the client that has gone: that it cannot be read any more is no defect.
    signal.throwIfAborted();
    throw error;
  }
}
