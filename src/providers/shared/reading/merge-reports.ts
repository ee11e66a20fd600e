import { isRecord } from '../../../lib/is-record.ts';
import { toCount } from './to-count.ts';

/** As deep as reports of usage go. */
const MAX_DEPTH = 4;

/**
 * The later of two reports of one vendor over the earlier one. Numbers are totals so far: a part that is left out, counts
 * nothing, or is no count where one was reported before, has not changed.
 */
export const mergeReports = <T>(earlier: T, later: unknown, depth = MAX_DEPTH): T => {
  if (later === null || later === undefined) return earlier;
  if (toCount(earlier) !== null) return toCount(later) ? (later as T) : earlier;
  if (!isRecord(earlier)) return later as T;
  if (!isRecord(later) || depth === 0) return earlier;
  const merged: Record<string, unknown> = { ...earlier };
  for (const [name, value] of Object.entries(later))
    merged[name] = mergeReports(merged[name], value, depth - 1);
  return merged as T;
};
