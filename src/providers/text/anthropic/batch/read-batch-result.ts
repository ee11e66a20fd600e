import type Anthropic from '@anthropic-ai/sdk';
import type { BatchResult } from '../../../../core/vendor-batch.ts';
import { ProviderError } from '../../../../core/errors.ts';
import { readResult, toFailedResult } from '../../../shared/batch/read-result.ts';
import { type BatchContext, toCallOptions } from './batch-context.ts';
import { toProviderError } from '../map-error.ts';
import { readAnswer } from '../response/read-turn.ts';

/** One line of a batch's results. */
export interface BatchLine {
  readonly custom_id?: unknown;
  readonly result?: {
    readonly type?: string | null;
    /** Of one that succeeded: what a single request would have been answered. */
    readonly message?: unknown;
    /** Of one that was errored: the body of the error a single request would have had. */
    readonly error?: unknown;
  } | null;
}

/** What came of the request a line names; undefined for a line that names none. */
export const readBatchResult = async (
  line: BatchLine | null,
  context: BatchContext,
  signal: AbortSignal,
): Promise<BatchResult | undefined> => {
  const { custom_id: customId, result } = line ?? {};
  if (typeof customId !== 'string') {
    context.log.warn({ provider: context.provider }, 'a line of a batch names no request');
    return undefined;
  }
  switch (result?.type) {
    case 'succeeded':
      return readResult(
        customId,
        () => readAnswer(result.message as Anthropic.Message, context),
        toCallOptions(context, signal),
      );
    case 'errored':
      return toFailedResult(customId, toProviderError(result.error));
    case 'canceled':
      return { customId, status: 'cancelled' };
    case 'expired':
      return { customId, status: 'expired' };
    default:
      return toFailedResult(
        customId,
        new ProviderError('PROVIDER_FAILED', {
          provider: context.provider,
          vendorMessage: 'the request has a result of an unknown type',
        }),
      );
  }
};
