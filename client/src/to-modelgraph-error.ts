import type { GraphqlResult } from './transport.ts';
import { ModelgraphError, type ModelgraphErrorDetails, type Problem } from './modelgraph-error.ts';
import { isOffline } from './page.ts';
import type { GenerationError } from './schema-types.ts';

type GraphqlError = NonNullable<GraphqlResult['errors']>[number];

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const asNumber = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** `["input", "messages", "0"]` as `messages.0`: relative to the input, or the name of another argument. */
export const toPath = (path: unknown): string | undefined => {
  if (!Array.isArray(path)) return undefined;
  const keys = path.map(String);
  return (keys[0] === 'input' && keys.length > 1 ? keys.slice(1) : keys).join('.');
};

interface GivenProblem {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly path?: unknown;
  readonly suggestion?: unknown;
}

export const toProblem = ({ code, message, path, suggestion }: GivenProblem): Problem => ({
  path: toPath(path) ?? '',
  code: asText(code) ?? 'INVALID_REQUEST',
  message: asText(message) ?? '',
  suggestion: asText(suggestion),
});

/** The first of the errors of a GraphQL answer, with the problems of all. */
export const fromGraphqlErrors = (errors: readonly GraphqlError[]): ModelgraphError => {
  const problems = errors.flatMap(
    ({ message, extensions: { code, path, suggestion, problems: given } = {} }) => {
      if (Array.isArray(given)) return (given as GivenProblem[]).map(toProblem);
      return path === undefined ? [] : [toProblem({ code, message, path, suggestion })];
    },
  );
  const [first] = errors;
  const { code, path, suggestion, retryable, retryAfterMs, generationId } = first?.extensions ?? {};
  return new ModelgraphError(first?.message ?? 'The server answered with errors.', {
    code: asText(code) ?? 'BAD_RESPONSE',
    path: toPath(path),
    suggestion: asText(suggestion),
    retryable: retryable === true,
    retryAfterMs: asNumber(retryAfterMs),
    generationId: asText(generationId),
    problems,
  });
};

/** Why a generation failed after it was accepted. */
export const fromGenerationError = (
  { code, message, retryable, retryAfterMs }: GenerationError,
  details: Pick<ModelgraphErrorDetails, 'generationId' | 'partial'>,
): ModelgraphError =>
  new ModelgraphError(message, { code, retryable, retryAfterMs: retryAfterMs ?? undefined, ...details });

/** No answer came. */
export const serverAway = (cause?: unknown, retryAfterMs?: number): ModelgraphError => {
  const [code, message] = isOffline()
    ? ['OFFLINE', 'This device is offline.']
    : ['SERVER_AWAY', 'The server cannot be reached.'];
  return new ModelgraphError(message, { code, retryable: true, retryAfterMs, cause });
};

export const badResponse = (
  message: string,
  details: Partial<ModelgraphErrorDetails> = {},
): ModelgraphError => new ModelgraphError(message, { code: 'BAD_RESPONSE', ...details });

/** Anything that was thrown, as an error of this package. */
export const toModelgraphError = (error: unknown): ModelgraphError =>
  error instanceof ModelgraphError ? error : serverAway(error);
