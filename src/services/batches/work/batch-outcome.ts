import { EMPTY_RESULT, type ItemResult } from '../../../core/batch.ts';
import type { BatchResult } from '../../../core/vendor-batch.ts';
import { isRetryable, type ErrorCode } from '../../../core/errors.ts';
import type { Generation, GenerationError } from '../../../core/generation.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { ItemOutcome } from '../../../stores/batches/batch-job.ts';
import { batchPricingOf, costOf } from '../../pricing/cost.ts';

export const failedResult = (error: GenerationError): ItemResult => ({ ...EMPTY_RESULT, error });

/** An error of a batch or an item that no vendor has told. */
export const batchError = (
  code: ErrorCode,
  message: string,
  provider: string | null = null,
): GenerationError => ({
  code,
  message,
  retryable: isRetryable(code),
  retryAfterMs: null,
  provider,
  providerStatus: null,
});

/** What a vendor's batch says of one request, at the price of a batch. */
export const toOutcome = (answer: BatchResult, config: ModelConfig): ItemOutcome => {
  const { customId, status } = answer;
  switch (status) {
    case 'failed':
      return { customId, status, result: failedResult(answer.error) };
    case 'cancelled':
    case 'expired':
      return { customId, status, result: EMPTY_RESULT };
    case 'succeeded': {
      const { text, reasoning, toolCalls, finishReason, usage } = answer.result;
      const cost = costOf(usage, batchPricingOf(config));
      return {
        customId,
        status,
        result: { text, reasoning, toolCalls, finishReason, usage, cost, error: null },
      };
    }
  }
};

/** What a single generation has come to, as the item of a batch. One that wants tool results has given its answer. */
export const toSequentialOutcome = (
  customId: string,
  { status, text, reasoning, toolCalls, finishReason, usage, cost, error }: Generation,
): ItemOutcome => ({
  customId,
  status: status === 'failed' || status === 'cancelled' ? status : 'succeeded',
  result: {
    text: error === null || text !== '' ? text : null,
    reasoning,
    toolCalls,
    finishReason,
    usage,
    cost,
    error,
  },
});
