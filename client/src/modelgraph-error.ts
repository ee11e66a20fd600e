import type { GenerationSnapshot } from './fold.ts';

/** Why a field of an input was refused. `path` is relative to the input, such as `messages.0.user.1.image`. */
export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/**
 * Every failure, whichever way it reached the client: a refused operation, a failed generation, a lost connection.
 * `code` is one of the server's error codes, or of this package: SERVER_AWAY, OFFLINE, BAD_RESPONSE, CANCELLED.
 */
export class ModelgraphError extends Error {
  override readonly name = 'ModelgraphError';
  readonly code: string;
  readonly path: string | undefined;
  readonly suggestion: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly problems: readonly Problem[];
  /** Of a generation that has begun. */
  readonly generationId: string | undefined;
  /** What had come before the failure. */
  readonly partial: GenerationSnapshot | undefined;

  constructor(message: string, details: ModelgraphErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.path = details.path;
    this.suggestion = details.suggestion;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.problems = details.problems ?? [];
    this.generationId = details.generationId;
    this.partial = details.partial;
  }
}

export interface ModelgraphErrorDetails {
  readonly code: string;
  readonly path?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly problems?: readonly Problem[] | undefined;
  readonly generationId?: string | undefined;
  readonly partial?: GenerationSnapshot | undefined;
  readonly cause?: unknown;
}
