import type { VendorBatch } from '../../../../core/vendor-batch.ts';
import type { ProviderError } from '../../../../core/errors.ts';
import { toGenerationError } from '../../../../core/to-generation-error.ts';
import { toCount } from '../../../shared/reading/to-count.ts';
import { readId } from '../../../shared/batch/read-id.ts';
import { toVendorWarning } from '../../../shared/batch/to-vendor-warning.ts';
import { toBatchError } from '../../openai-compatible/batch/to-batch-error.ts';

/** A batch as xAI sends it: counters in place of a status, days in place of moments. */
export interface XAIBatchBody {
  readonly batch_id: string;
  readonly name?: string | null;
  readonly expire_time?: string | null;
  readonly cancel_time?: string | null;
  /** Why xAI itself ended it; the counters stay at 0 when it refused the file. */
  readonly cancel_by_xai_message?: string | null;
  readonly state?: {
    readonly num_requests?: number | null;
    readonly num_pending?: number | null;
    readonly num_success?: number | null;
    readonly num_error?: number | null;
    readonly num_cancelled?: number | null;
  } | null;
}

/** `expire_time` names a day without an hour or a time zone. */
const DAY_MS = 24 * 60 * 60_000;

/** It has ended once nothing is pending: of a batch whose file has not been read yet every counter is 0. */
export const toVendorBatch = (batch: XAIBatchBody, provider: string): VendorBatch => {
  const { state, outcome } = findState(batch);
  return {
    id: readId(batch.batch_id, 'a batch', provider),
    state,
    outcome,
    error: outcome === 'failed' ? toGenerationError(toError(batch, provider)) : null,
    // Some of its requests were answered before xAI itself cancelled the others.
    ...(batch.cancel_by_xai_message &&
      outcome !== 'failed' && { warnings: [toVendorWarning(toError(batch, provider))] }),
    counts: toCounts(batch),
    createdAt: null,
    expiresAt: toDate(batch.expire_time),
    retryAfterMs: null,
  };
};

const toError = ({ cancel_by_xai_message: message }: XAIBatchBody, provider: string): ProviderError =>
  toBatchError({ code: null, message: message ?? null }, provider, 400);

const findState = (batch: XAIBatchBody): Pick<VendorBatch, 'state' | 'outcome'> => {
  const total = toCount(batch.state?.num_requests);
  const pending = toCount(batch.state?.num_pending);
  const cancelled = toCount(batch.state?.num_cancelled);
  const isCancelled = Boolean(batch.cancel_time);
  if (!total) {
    if (batch.cancel_by_xai_message) return { state: 'ended', outcome: 'failed' };
    if (isCancelled) return { state: 'ended', outcome: 'cancelled' };
  } else if (pending === 0)
    return { state: 'ended', outcome: isCancelled || cancelled ? 'cancelled' : 'completed' };
  const expiresAt = toDate(batch.expire_time);
  if (expiresAt !== null && Date.now() > expiresAt.getTime() + DAY_MS)
    return { state: 'ended', outcome: 'expired' };
  return { state: isCancelled || batch.cancel_by_xai_message ? 'cancelling' : 'running', outcome: null };
};

const toCounts = ({ state }: XAIBatchBody): VendorBatch['counts'] =>
  toCount(state?.num_requests)
    ? {
        total: toCount(state?.num_requests),
        succeeded: toCount(state?.num_success),
        failed: toCount(state?.num_error),
        cancelled: toCount(state?.num_cancelled),
        expired: null,
      }
    : null;

const toDate = (text: string | null | undefined): Date | null => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : new Date(at);
};
