/** What usage can be grouped by. */
export const USAGE_DIMENSIONS = ['day', 'model', 'provider', 'user', 'tag', 'status'] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

export interface UsageQuery {
  /** `principal`: what it has used itself; `key`: what a key and all users of its tokens have used. */
  readonly whose: { readonly type: 'principal' | 'key'; readonly id: string };
  /** Days since 1970 in UTC, both included. */
  readonly fromDay: number;
  readonly toDay: number;
  readonly by: readonly UsageDimension[];
}

/** A dimension that is not grouped by, or has no value, is null. */
export interface UsageSum {
  /** Days since 1970 in UTC. */
  readonly day: number | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly user: string | null;
  readonly tag: string | null;
  readonly status: string | null;
  readonly generations: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Billionths of a US dollar. */
  readonly cost: number;
  /** Turns whose price is not known. */
  readonly unpriced: number;
}
