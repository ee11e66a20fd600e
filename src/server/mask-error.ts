import { type ExecutionResult, GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { BudgetExceeded } from '../core/budget.ts';
import {
  ERROR_CODES,
  type ErrorCode,
  ModelgraphError,
  ProviderError,
  RequestRejected,
  isRetryable,
} from '../core/errors.ts';
import { type LimitState, RateLimited } from '../core/rate-limit.ts';
import type { ServiceLog } from '../core/service-log.ts';
import { shorten } from '../lib/shorten.ts';
import { GenerationFailure } from '../services/report-failure.ts';

const toLimit = ({ resetsAtMs, ...limit }: LimitState) => ({
  ...limit,
  resetsAt: new Date(resetsAtMs).toISOString(),
});

const extensionsOf = (error: ModelgraphError): Record<string, unknown> => {
  const { code } = error;
  const base = { code, retryable: isRetryable(code) };
  if (error instanceof RequestRejected) {
    const { path, allowed, suggestion } = error.problems[0];
    const problems = error.problems.length > 1 ? { problems: error.problems } : {};
    const budget = error instanceof BudgetExceeded ? { budget: error.budget } : {};
    const limited =
      error instanceof RateLimited ? { retryAfterMs: error.retryAfterMs, limit: toLimit(error.limit) } : {};
    return {
      ...base,
      path,
      allowed: allowed ?? undefined,
      suggestion: suggestion ?? undefined,
      ...problems,
      ...budget,
      ...limited,
    };
  }
  if (error instanceof GenerationFailure) {
    const { retryAfterMs, provider } = error.failure;
    return {
      ...base,
      retryAfterMs: retryAfterMs ?? undefined,
      provider: provider ?? undefined,
      generationId: error.generationId,
    };
  }
  if (error instanceof ProviderError)
    return { ...base, provider: error.provider, retryAfterMs: error.retryAfterMs ?? undefined };
  return base;
};

/** What a resolver threw, under what the executor wrapped around it. One GraphQL error around another says more. */
const findCause = (error: unknown): unknown =>
  error instanceof GraphQLError && !(error.cause instanceof GraphQLError) ? (error.cause ?? error) : error;

/** Gives what a client may see of an error. Masking twice changes nothing. */
export type MaskError = (error: unknown) => GraphQLError;

/**
 * What a client may see of an error: ours in full, a GraphQL error (a bad variable, say) with the code
 * `INVALID_REQUEST`, and of anything else only that it happened. That one is logged. `onTold` is called once for each error
 * that was masked, however often it is; `cause`: what a resolver threw.
 */
export const createErrorMask = (
  log: ServiceLog,
  onTold: (code: ErrorCode, cause: unknown) => void = () => {},
): MaskError => {
  const told = new WeakSet<GraphQLError>();
  return (error) => {
    const masked = mask(error, log);
    const { code } = masked.extensions;
    if (!told.has(masked) && isErrorCode(code)) onTold(code, findCause(error));
    told.add(masked);
    return masked;
  };
};

const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);

const mask = (error: unknown, log: ServiceLog): GraphQLError => {
  const position =
    error instanceof GraphQLError
      ? { nodes: error.nodes, source: error.source, positions: error.positions, path: error.path }
      : {};
  const cause = findCause(error);
  if (cause instanceof ModelgraphError)
    return new GraphQLError(cause.message, { ...position, extensions: extensionsOf(cause) });
  if (cause instanceof GraphQLError) return withCode(cause);
  log.error({ err: cause }, 'a request failed because of a defect of this server');
  return new GraphQLError('The server failed to answer the request.', {
    ...position,
    extensions: { code: 'INTERNAL', retryable: false },
  });
};

/** Messages of graphql quote what a client has sent, which may be megabytes. */
const MAX_MESSAGE_LENGTH = 2_000;

/** The same error with other extensions. */
export const withExtensions = (
  { message, nodes, source, positions, path }: GraphQLError,
  extensions: GraphQLErrorExtensions,
): GraphQLError => new GraphQLError(message, { nodes, source, positions, path, extensions });

/** The same error, with the code that says it is the request's fault where it has none of ours. */
export const withCode = (error: GraphQLError): GraphQLError => {
  const given = error.extensions['code'];
  if (isErrorCode(given)) return error;
  const { nodes, source, positions, path, extensions } = error;
  return new GraphQLError(shorten(error.message, MAX_MESSAGE_LENGTH), {
    nodes,
    source,
    positions,
    path,
    extensions: { ...extensions, code: 'INVALID_REQUEST', retryable: false },
  });
};

/** The same error without what is meant for the status and the headers of an HTTP answer only. */
export const withoutHttp = (error: GraphQLError): GraphQLError => {
  if (error.extensions['http'] === undefined) return error;
  const { http: _, ...extensions } = error.extensions;
  return withExtensions(error, extensions);
};

/** A result as a stream carries it: every error in it with a code, and with nothing that is meant for HTTP only. */
export const toStreamedResult = (result: ExecutionResult): ExecutionResult =>
  result.errors === undefined
    ? result
    : { ...result, errors: result.errors.map((error) => withoutHttp(withCode(error))) };
