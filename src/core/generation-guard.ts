import type { BatchItemStatus, ItemResult } from './batch.ts';
import type { ErrorCode } from './errors.ts';
import type { Generation } from './generation.ts';
import type { JsonValue } from './json.ts';
import type { PrincipalKind } from './principal.ts';
import type { TextRequest } from './text-request.ts';

/** A request as a guard sees it, checked and complete, before anything of it is sent. To be read, never to be changed. */
export interface GuardedRequest {
  /**
   * - `generation`: of the mutations `generate` and `startGeneration` and the subscription `generate`.
   * - `tool-results`: the next turn of a generation, with the results in its messages.
   * - `repair`: the request for an answer that keeps to its schema, after one that does not.
   * - `batch`: one request of a batch, while the batch is taken in.
   */
  readonly source: 'generation' | 'tool-results' | 'repair' | 'batch';
  /** Id of the generation that goes on with tool results or is repaired; null for the others: they do not exist yet. */
  readonly id: string | null;
  /** Name of the model in the catalogue. */
  readonly model: string;
  /** Registration name of the model's provider. */
  readonly provider: string;
  /** Whether the model is sent the request only where the models before it fail. */
  readonly isFallback: boolean;
  /** As it will be sent, but for the bytes of media that are fetched for providers that do not fetch them. */
  readonly request: TextRequest;
  /** The caller's own. */
  readonly metadata: JsonValue | null;
}

/** The caller of a request: as it is when a guard is asked, for later turns as it was when the generation began. */
export interface GuardedPrincipal {
  /** What its records belong to: `local`, the id of a key, or `user:<issuer>:<subject>`. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** The key itself, or the key that issued the user's token; null for users of an identity provider and without keys. */
  readonly keyId: string | null;
  /** The subject of a user's token; null for others. */
  readonly userId: string | null;
}

/** Why a request is not sent. The client gets all of it. */
export interface GuardRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** Position in the arguments, from their root: `['input', 'messages', '0']`. Left out: the request as a whole. */
  readonly path?: readonly string[];
  /** What the client can do about it. */
  readonly suggestion?: string;
}

/** What has come of one request of a batch. */
export interface BatchItemRecord {
  readonly source: 'batch';
  readonly batchId: string;
  readonly customId: string;
  readonly principalId: string;
  /** Name of the model in the catalogue. */
  readonly model: string;
  readonly provider: string;
  readonly status: Exclude<BatchItemStatus, 'pending'>;
  readonly result: ItemResult;
}

/** What has come of a request, once it has ended. */
export type GenerationRecord =
  | { readonly source: 'generation'; readonly generation: Generation }
  | BatchItemRecord;

/**
 * An operator's own rule for requests. It applies however a request comes: by mutation, by subscription, in a batch or as
 * the next turn after tool results.
 */
export interface GenerationGuard {
  /**
   * Called before a request may reach a provider, once for each model that it may go to. undefined lets it pass; a refusal
   * ends it with its code, and no provider is called. Several guards are asked in their order, until one refuses.
   *
   * A guard that throws, or gives anything else, refuses with `INTERNAL`; one that takes longer than 10 seconds, with
   * `SERVICE_UNAVAILABLE`. Not called for `previewGeneration`, nor for a generation or batch that is asked for again under
   * its idempotency key.
   */
  readonly beforeGeneration?: (
    request: GuardedRequest,
    principal: GuardedPrincipal,
  ) => GuardRefusal | undefined | Promise<GuardRefusal | undefined>;
  /**
   * Called once for each generation, after its terminal event, and once for each request of a batch, after its result is
   * stored. What it throws is logged and changes nothing. A server that is killed in between does not call it.
   */
  readonly afterGeneration?: (record: GenerationRecord) => void | Promise<void>;
}
