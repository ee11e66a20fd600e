import type { VendorBatch } from '../../../../core/vendor-batch.ts';
import { toCount } from '../../../shared/reading/to-count.ts';
import { readId } from '../../../shared/batch/read-id.ts';

/** A batch as the vendor sends it; everything but its id is read as if it might be missing. */
export interface MessageBatchBody {
  readonly id: string;
  readonly processing_status?: string | null;
  readonly request_counts?: {
    readonly processing?: number | null;
    readonly succeeded?: number | null;
    readonly errored?: number | null;
    readonly canceled?: number | null;
    readonly expired?: number | null;
  } | null;
  /** RFC 3339. */
  readonly created_at?: string | null;
  readonly expires_at?: string | null;
  readonly archived_at?: string | null;
  readonly cancel_initiated_at?: string | null;
}

/** How many requests it has: all counts together, from the moment it is created. */
export const totalOf = ({ request_counts: counts }: MessageBatchBody): number =>
  Object.values(counts ?? {}).reduce<number>((sum, count) => sum + (toCount(count) ?? 0), 0);

export const createdAtOf = ({ created_at: createdAt }: MessageBatchBody): Date | null => toDate(createdAt);

/** The API never refuses a batch as a whole once it has taken it: there is no outcome `failed`. */
export const toVendorBatch = (batch: MessageBatchBody, retryAfterMs: number | null): VendorBatch => {
  const state = mapStatus(batch.processing_status);
  return {
    id: readId(batch.id, 'a batch', 'anthropic'),
    state,
    outcome: state === 'ended' ? findOutcome(batch) : null,
    error: null,
    counts: toCounts(batch, state),
    createdAt: createdAtOf(batch),
    expiresAt: toDate(batch.expires_at),
    retryAfterMs,
  };
};

/** An unknown status is not an end. */
const mapStatus = (status: string | null | undefined): VendorBatch['state'] => {
  switch (status) {
    case 'ended':
      return 'ended';
    case 'canceling':
      return 'cancelling';
    default:
      return 'running';
  }
};

/** Every batch ends as `ended`: the counts tell how. A cancel that came too late for any request has changed nothing. */
const findOutcome = ({
  request_counts: counts,
  cancel_initiated_at: cancelledAt,
}: MessageBatchBody): VendorBatch['outcome'] => {
  const cancelled = toCount(counts?.canceled) ?? 0;
  if (cancelled > 0 && cancelledAt) return 'cancelled';
  if ((toCount(counts?.expired) ?? 0) > 0) return 'expired';
  return cancelled > 0 ? 'cancelled' : 'completed';
};

/** Until the batch has ended every request counts as processing: that says nothing of the others. */
const toCounts = (batch: MessageBatchBody, state: VendorBatch['state']): VendorBatch['counts'] => {
  const { request_counts: counts } = batch;
  if (!counts) return null;
  const tell = (count: unknown): number | null => (state === 'ended' ? toCount(count) : null);
  return {
    total: totalOf(batch),
    succeeded: tell(counts.succeeded),
    failed: tell(counts.errored),
    cancelled: tell(counts.canceled),
    expired: tell(counts.expired),
  };
};

const toDate = (text: string | null | undefined): Date | null => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : new Date(at);
};
