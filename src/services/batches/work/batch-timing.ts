/** How often nodes look after batches. All in milliseconds. */
export interface BatchTiming {
  /** How long work counts as taken without word from the node that took it. */
  readonly leaseMs: number;
  /** How often a node looks for work, besides when it is told of some. */
  readonly lookMs: number;
  /** The wait before a vendor is asked about a batch for the first time, and after each change; doubled each time nothing has changed. */
  readonly firstPollMs: number;
  readonly maxPollMs: number;
  /** How long a submission that was cut short may take to be seen at a vendor that stores our key. */
  readonly settleMs: number;
  /** The same at a vendor that does not, so that only the absence of anything like it tells. */
  readonly keylessSettleMs: number;
  /** How often a follower looks for changes it was not told of. */
  readonly followMs: number;
  /** The least time between two states a follower is given. */
  readonly followGapMs: number;
  /** How often a node looks for batches to delete. */
  readonly deleteMs: number;
  /** How long a batch without a vendor's is worked on before it makes room, where this node has no room left for others. */
  readonly turnMs: number;
}

export const BATCH_TIMING: BatchTiming = {
  leaseMs: 15_000,
  lookMs: 1_500,
  firstPollMs: 5_000,
  maxPollMs: 300_000,
  settleMs: 10_000,
  keylessSettleMs: 120_000,
  followMs: 2_000,
  followGapMs: 250,
  deleteMs: 60_000,
  turnMs: 30_000,
};

/** Waits are up to this share longer, so that not every batch is asked about at the same moment. */
const JITTER = 0.2;

/** A vendor may ask for waits this many times as long as the longest of our own. */
const VENDOR_WAITS = 12;

/** The wait before the next look after so many that found nothing new; no shorter than the vendor asks for, within reason. */
export const waitBeforeLook = (
  idleLooks: number,
  { firstPollMs, maxPollMs }: Pick<BatchTiming, 'firstPollMs' | 'maxPollMs'>,
  vendorWaitMs: number | null = null,
  random: () => number = Math.random,
): number => {
  const usualMs = Math.min(maxPollMs, firstPollMs * 2 ** Math.min(idleLooks, 30));
  const askedMs = Math.min(vendorWaitMs ?? 0, maxPollMs * VENDOR_WAITS);
  return Math.max(usualMs, askedMs) * (1 + JITTER * random());
};
