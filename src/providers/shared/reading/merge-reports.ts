import { isRecord } from '../../../lib/is-record.ts';
import { toCount } from './to-count.ts';

/** As deep as reports of usage go. */
const MAX_DEPTH = 4;

/** More names than any report has: each merge copies those that have been reported before. */
const MAX_NAMES = 256;

/**
 * The later of two reports of one vendor over the earlier one. Numbers are totals so far: a part that is left out, counts
 * nothing, or is no count where one was reported before, has not changed. Names beyond `MAX_NAMES` are left out.
 */
export const mergeReports = <T>(earlier: T, later: unknown, depth = MAX_DEPTH): T => {
  if (later === null || later === undefined) return earlier;
  if (toCount(earlier) !== null) return toCount(later) ? (later as T) : earlier;
  if (!isRecord(later) || depth === 0) return isRecord(earlier) ? earlier : (later as T);
  const merged: Record<string, unknown> = isRecord(earlier) ? { ...earlier } : {};
  let size = Object.keys(merged).length;
  for (const [name, value] of Object.entries(later)) {
    const isNew = !Object.hasOwn(merged, name);
    if (isNew && size >= MAX_NAMES) continue;
    if (isNew) size += 1;
    merged[name] = mergeReports(merged[name], value, depth - 1);
  }
  return merged as T;
};
