import type { AppOverrides } from '../../../src/app.ts';

/** Short leases and waits, for tests of what happens when they run out. */
export const HURRIED: AppOverrides = {
  timing: { leaseMs: 4_000, pollMs: 200 },
  batchTiming: {
    leaseMs: 4_000,
    claimPollMs: 50,
    firstPollMs: 20,
    maxPollMs: 100,
    settleMs: 300,
    subscriptionPollMs: 200,
    subscriptionGapMs: 0,
  },
};
