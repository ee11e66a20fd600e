import type { BatchResult } from '../../../../core/vendor-batch.ts';
import { type BatchContext, toCallOptions } from '../../openai-compatible/batch/batch-context.ts';
import { readResult, toFailedResult } from '../../../shared/batch/read-result.ts';
import { toProviderError } from '../../openai-compatible/map-error.ts';
import { readBatchCompletion } from './read-batch-completion.ts';

/** The outcome of one request as xAI writes it. */
export interface XAIBatchResult {
  readonly batch_request_id?: unknown;
  readonly batch_result?: {
    /** The answer under the name of an endpoint: `chat_get_completion` even where a Responses request was sent. */
    readonly response?: Readonly<Record<string, unknown>> | null;
    /** `code` is one of gRPC's, or 0 where nothing failed. */
    readonly error?: { readonly code?: number | string | null; readonly message?: string | null } | null;
  } | null;
  readonly error_message?: string | null;
}

/** gRPC's codes in the words that other vendors use. */
const GRPC_WORDS: ReadonlyMap<string, string> = new Map([
  ['3', 'invalid_argument'],
  ['4', 'deadline_exceeded'],
  ['5', 'not_found'],
  ['7', 'permission_denied'],
  ['8', 'resource_exhausted'],
  ['9', 'failed_precondition'],
  ['14', 'unavailable'],
  ['16', 'unauthenticated'],
]);

const CANCELLED: ReadonlySet<string> = new Set(['1', 'cancelled', 'batch_cancelled']);

/** undefined for a result that names no request. */
export const readBatchResult = async (
  entry: XAIBatchResult | null,
  context: BatchContext,
  signal: AbortSignal,
): Promise<BatchResult | undefined> => {
  const { batch_request_id: customId, batch_result: result, error_message: errorMessage } = entry ?? {};
  if (typeof customId !== 'string') {
    context.log.warn({ provider: context.provider }, 'a result of a batch names no request');
    return undefined;
  }
  const code = String(result?.error?.code ?? 0);
  const message = errorMessage || result?.error?.message || null;
  if (CANCELLED.has(code.toLowerCase())) return { customId, status: 'cancelled' };
  if (code === '0' && message === null) {
    const [name, answer] = Object.entries(result?.response ?? {}).find(([, value]) => isObject(value)) ?? [];
    if (isObject(answer) && 'error' in answer && answer.error && !('choices' in answer))
      return toFailedResult(customId, toProviderError(answer, context.provider));
    if (isObject(answer))
      return readResult(
        customId,
        () => (name === 'responses' ? context.readAnswer(answer) : readBatchCompletion(answer, context)),
        toCallOptions(context, signal),
      );
  }
  return toFailedResult(
    customId,
    toProviderError(
      {
        error: {
          code: GRPC_WORDS.get(code) ?? code,
          message: message ?? 'the request has neither an answer nor an error',
        },
      },
      context.provider,
    ),
  );
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
