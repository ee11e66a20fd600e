import type { GenerationSnapshot } from './generation-snapshot.ts';

/** Why a field of an input was refused. `path` is relative to the input, such as `messages.0.user.1.image`. */
export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/**
 * Every failure, whichever way it reached the client: a refused operation, a failed generation, a lost connection.
 * `code` is one of the server's error codes, or of this package:
 * - SERVER_AWAY, OFFLINE: no answer came, within `giveUpAfterMs` where a stream is resumed. Retryable.
 * - BAD_RESPONSE: the answer is none of a Modelgraph server, such as a proxy's page.
 * - CANCELLED: ended by the caller before the server was asked. DETACHED: the caller has left; the generation may run on.
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

  /** The same error with what is known of its generation. */
  with(details: Pick<ModelgraphErrorDetails, 'generationId' | 'partial'>): ModelgraphError {
    // Its own fields are the details that it was made of; a cause is not enumerable.
    // oxlint-disable-next-line typescript/no-misused-spread
    return new ModelgraphError(this.message, { ...this, cause: this.cause, ...details });
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
