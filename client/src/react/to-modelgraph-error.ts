import { ModelgraphError } from '../modelgraph-error.ts';

/** What was thrown, as the one class of errors that this package has. */
export const toModelgraphError = (error: unknown): ModelgraphError =>
  error instanceof ModelgraphError
    ? error
    : new ModelgraphError(error instanceof Error ? error.message : String(error), {
        code: 'BAD_RESPONSE',
        cause: error,
      });
