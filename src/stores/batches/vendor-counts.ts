import type { BatchCounts } from '../../core/batch.ts';
import type { VendorBatchCounts } from '../../core/vendor-batch.ts';
import { toJson } from '../db/to-json.ts';

/** Requests by what has become of them. */
export type EndedCounts = Omit<BatchCounts, 'total' | 'pending'>;

const ENDS = [
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly (keyof EndedCounts)[];

export const NO_COUNTS: EndedCounts = { succeeded: 0, failed: 0, cancelled: 0, expired: 0 };

const mapCounts = (count: (end: (typeof ENDS)[number]) => number): EndedCounts => ({
  succeeded: count('succeeded'),
  failed: count('failed'),
  cancelled: count('cancelled'),
  expired: count('expired'),
});

/** As it is stored with a job; null: the vendor gives no counts. */
export const encodeVendorCounts = (counts: VendorBatchCounts | null): string | null =>
  counts === null || ENDS.every((end) => counts[end] === null)
    ? null
    : toJson(mapCounts((end) => counts[end] ?? 0));

const decode = (text: string): EndedCounts => JSON.parse(text) as EndedCounts;

/** What is left of a vendor's counts once these results are stored. */
export const lessStored = (vendorCounts: string, stored: EndedCounts): string => {
  const counts = decode(vendorCounts);
  return toJson(mapCounts((end) => Math.max(0, counts[end] - stored[end])));
};

/**
 * What is stored of a batch, together with the counts of its vendors, each in a line of its own: never more than the batch
 * has requests.
 */
export const addVendorCounts = (
  total: number,
  stored: EndedCounts,
  vendorCounts: string | null,
): BatchCounts => {
  const lines = (vendorCounts ?? '').split('\n').filter((line) => line !== '');
  const jobs = lines.map(decode);
  let pending = total - ENDS.reduce((sum, end) => sum + stored[end], 0);
  const counts = mapCounts((end) => {
    const more = Math.min(
      pending,
      jobs.reduce((sum, job) => sum + job[end], 0),
    );
    pending -= more;
    return stored[end] + more;
  });
  return { total, pending, ...counts };
};
