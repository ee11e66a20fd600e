import type { BatchResult } from '../../../../core/vendor-batch.ts';
import { ProviderError } from '../../../../core/errors.ts';
import { readResult, toFailedResult } from '../../../shared/batch/read-result.ts';
import { toCallOptions } from './batch-calls.ts';
import type { BatchContext } from './batch-context.ts';
import { readAnswer } from '../response/read-answer.ts';
import { isCancelled, type StatusBody, toStatusError } from './to-status-error.ts';

/** What came of one request, in a file or inlined. */
export interface RequestResult {
  /** What a single request would have been answered. */
  readonly response?: unknown;
  readonly error?: StatusBody | null;
}

/** What came of a request; undefined when the result names none. */
export const readBatchResult = async (
  customId: unknown,
  { response, error }: RequestResult,
  context: BatchContext,
  signal: AbortSignal,
): Promise<BatchResult | undefined> => {
  if (typeof customId !== 'string') {
    context.log.warn({ provider: 'gemini' }, 'a result of a batch names no request');
    return undefined;
  }
  if (error) {
    if (isCancelled(error)) return { customId, status: 'cancelled' };
    return toFailedResult(customId, toStatusError(error));
  }
  if (typeof response === 'object' && response !== null)
    return readResult(customId, () => readAnswer(response, context), toCallOptions(signal));
  return toFailedResult(
    customId,
    new ProviderError('PROVIDER_FAILED', {
      provider: 'gemini',
      vendorMessage: 'the request has neither an answer nor an error',
    }),
  );
};
