/** How often nodes attend to batches. All in milliseconds. */
export interface BatchTiming {
  /** How long a lease on a job lasts without being renewed. */
  readonly leaseMs: number;
  /** How often a node polls the store for jobs that are due, besides when it is notified of one. */
  readonly claimPollMs: number;
  /** The wait before a vendor is polled for the first time, and after each change; doubled each time nothing has changed. */
  readonly firstPollMs: number;
  readonly maxPollMs: number;
  /** How long a submission that was cut short may take to appear at a vendor that stores our key. */
  readonly settleMs: number;
  /** The same at a vendor that does not, so that only the absence of anything like it tells. */
  readonly keylessSettleMs: number;
  /** How often a subscription polls the store for changes that it was not notified of. */
  readonly subscriptionPollMs: number;
  /** The least time between two states that a subscription delivers. */
  readonly subscriptionGapMs: number;
  /** How often a node deletes batches whose retention is over. */
  readonly deleteMs: number;
  /** How long a sequential job is worked on before it yields, where this node has no room left for others. */
  readonly yieldAfterMs: number;
}

export const BATCH_TIMING: BatchTiming = {
  leaseMs: 15_000,
  claimPollMs: 1_500,
  firstPollMs: 5_000,
  maxPollMs: 300_000,
  settleMs: 10_000,
  keylessSettleMs: 120_000,
  subscriptionPollMs: 2_000,
  subscriptionGapMs: 250,
  deleteMs: 60_000,
  yieldAfterMs: 30_000,
};

/** Delays are up to this share longer, so that not every batch is polled at the same moment. */
const JITTER = 0.2;

/** A vendor may ask for delays this many times as long as the longest of our own. */
const VENDOR_DELAYS = 12;

/**
 * The delay before a vendor is polled again after so many polls in a row that found nothing new, in milliseconds: no
 * shorter than the vendor asks for, within reason.
 */
export const toPollDelayMs = (
  unchangedPolls: number,
  { firstPollMs, maxPollMs }: Pick<BatchTiming, 'firstPollMs' | 'maxPollMs'>,
  vendorDelayMs: number | null = null,
  random: () => number = Math.random,
): number => {
  const usualMs = Math.min(maxPollMs, firstPollMs * 2 ** Math.min(unchangedPolls, 30));
  const askedMs = Math.min(vendorDelayMs ?? 0, maxPollMs * VENDOR_DELAYS);
  return Math.max(usualMs, askedMs) * (1 + JITTER * random());
};
