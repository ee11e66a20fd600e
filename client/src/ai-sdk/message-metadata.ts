import type { Cost, ErrorCode, FinishReason, Generation, ModelRef, Usage } from '../schema-types.ts';

/** What the transport adds to the metadata of an assistant message. */
export interface ModelgraphMetadata {
  readonly generationId: string;
  /** The name of the model that answers. */
  readonly model: string;
  readonly provider: string;
  /** From the end of the generation on, as all that follows. Null: not reported. */
  readonly usage?: Usage | null;
  /** Null: unknown. */
  readonly cost?: Cost | null;
  /** Milliseconds from the call to the provider to the first text, reasoning or tool call. */
  readonly firstDeltaMs?: number | null;
  readonly finishReason?: FinishReason | null;
  /** Why the generation failed, for programs to decide by; `error` of useChat has the message alone. */
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly retryable: boolean };
}

export const toMetadata = (
  generationId: string,
  model: ModelRef,
  generation?: Generation,
): ModelgraphMetadata => ({
  generationId,
  model: model.name,
  provider: model.provider.name,
  ...(generation !== undefined && {
    usage: generation.usage,
    cost: generation.cost,
    firstDeltaMs: generation.firstDeltaMs,
    finishReason: generation.finishReason,
  }),
  ...(generation?.error != null && {
    error: {
      code: generation.error.code,
      message: generation.error.message,
      retryable: generation.error.retryable,
    },
  }),
});
