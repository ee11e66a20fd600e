import type { VendorBatch } from '../../../../core/vendor-batch.ts';
import { ProviderError } from '../../../../core/errors.ts';
import { toGenerationError } from '../../../../core/to-generation-error.ts';
import { toCount } from '../../../shared/reading/to-count.ts';
import { toVendorWarning } from '../../../shared/batch/to-vendor-warning.ts';
import { type StatusBody, toStatusError } from './to-status-error.ts';

/** What came of one request that was sent along with its batch. */
export interface InlinedResult {
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  readonly response?: unknown;
  readonly error?: StatusBody | null;
}

export interface BatchOutput {
  /** The name of a file: `files/…`. */
  readonly responsesFile?: string | null;
  readonly inlinedResponses?: { readonly inlinedResponses?: readonly InlinedResult[] | null } | null;
}

/** A batch as the vendor sends it: a long-running operation. 64-bit numbers are strings, and a 0 is left out. */
export interface BatchOperation {
  readonly name: string;
  readonly done?: boolean | null;
  readonly error?: StatusBody | null;
  readonly response?: BatchOutput | null;
  readonly metadata?: {
    readonly displayName?: string | null;
    readonly state?: string | null;
    /** RFC 3339. */
    readonly createTime?: string | null;
    readonly inputConfig?: { readonly fileName?: string | null } | null;
    readonly output?: BatchOutput | null;
    readonly batchStats?: {
      readonly requestCount?: string | number | null;
      readonly successfulRequestCount?: string | number | null;
      readonly failedRequestCount?: string | number | null;
    } | null;
  } | null;
}

/** Throws what an answer that is no batch says instead. */
export const toBatchOperation = (body: unknown): BatchOperation => {
  const { name, error } = (body ?? {}) as { readonly name?: unknown; readonly error?: StatusBody | null };
  if (typeof name === 'string' && name !== '') return body as BatchOperation;
  if (error) throw toStatusError(error);
  throw new ProviderError('PROVIDER_FAILED', {
    provider: 'gemini',
    vendorMessage: 'the answer is no batch: it has no name',
  });
};

export const toVendorBatch = (operation: BatchOperation, retryAfterMs: number | null): VendorBatch => {
  const { state, outcome } = findState(operation);
  return {
    id: operation.name,
    state,
    outcome,
    error: outcome === 'failed' ? toGenerationError(toStatusError(operation.error ?? {})) : null,
    // A batch that was cancelled, or has expired, says so in its error as well.
    ...(operation.error &&
      outcome === 'completed' && { warnings: [toVendorWarning(toStatusError(operation.error))] }),
    counts: toCounts(operation),
    createdAt: toDate(operation.metadata?.createTime),
    expiresAt: null,
    retryAfterMs,
  };
};

/** The API writes `BATCH_STATE_…`, its SDKs `JOB_STATE_…`. An unknown one is an end once the operation is done. */
const findState = ({ metadata, done, error }: BatchOperation): Pick<VendorBatch, 'state' | 'outcome'> => {
  switch (metadata?.state?.replace(/^(BATCH|JOB)_STATE_/, '')) {
    case 'SUCCEEDED':
    case 'PARTIALLY_SUCCEEDED':
      return { state: 'ended', outcome: 'completed' };
    case 'FAILED':
      return { state: 'ended', outcome: 'failed' };
    case 'CANCELLED':
      return { state: 'ended', outcome: 'cancelled' };
    case 'EXPIRED':
      return { state: 'ended', outcome: 'expired' };
    case 'CANCELLING':
      return { state: 'cancelling', outcome: null };
    default:
      if (done !== true) return { state: 'running', outcome: null };
      return { state: 'ended', outcome: error ? 'failed' : 'completed' };
  }
};

/** Cancelled and expired requests are not counted apart. */
const toCounts = ({ metadata }: BatchOperation): VendorBatch['counts'] => {
  const stats = metadata?.batchStats;
  if (!stats) return null;
  return {
    total: toCount(stats.requestCount),
    succeeded: toCount(stats.successfulRequestCount) ?? 0,
    failed: toCount(stats.failedRequestCount) ?? 0,
    cancelled: null,
    expired: null,
  };
};

const toDate = (text: string | null | undefined): Date | null => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : new Date(at);
};
