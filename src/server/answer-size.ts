import { type ExecutionResult, GraphQLError } from 'graphql';

/** Of one answer, or of one result of a stream, in characters of JSON, counted from below. */
const MAX_ANSWER_LENGTH = 32 * 1024 * 1024;

/** Quotes, colons and commas around a name or a value. */
const AROUND = 2;

/**
 * What is left of so many characters once a value has been written as JSON; less than nothing where it does not fit. Nothing is
 * visited beyond that.
 */
const measure = (value: unknown, left: number): number => {
  if (typeof value === 'string') return left - value.length - AROUND;
  if (typeof value !== 'object' || value === null) return left - AROUND;
  let rest = left - AROUND;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && rest >= 0; index += 1) rest = measure(value[index], rest);
    return rest;
  }
  for (const name in value) {
    if (rest < 0) return rest;
    rest = measure((value as Record<string, unknown>)[name], rest - name.length - AROUND);
  }
  return rest;
};

const tooLarge = (most: number): GraphQLError =>
  new GraphQLError(
    `The answer is larger than ${most} characters. Ask for fewer fields, fewer objects or smaller pages.`,
    { extensions: { code: 'INVALID_REQUEST', retryable: false, allowed: [`at most ${most} characters`] } },
  );

/**
 * The result, or, where it is too large, a refusal in its place. What is stored can be asked for many times over in one
 * operation: it is measured before it is written, since the text would be in memory as a whole.
 */
export const boundResult = (result: ExecutionResult, most: number = MAX_ANSWER_LENGTH): ExecutionResult =>
  measure(result, most) < 0 ? { errors: [tooLarge(most)] } : result;
