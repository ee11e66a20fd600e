import { MAX_INT } from '../../../lib/max-int.ts';

const MAX_COUNT = 2 ** 53;

/** Longer ones are beyond `MAX_COUNT`. */
const DIGITS = /^\d{1,16}$/;

/**
 * A vendor's count, of tokens or of anything else: a whole number from 0 to 2^53, or a string of its digits, as vendors write
 * 64-bit numbers. null for anything else: a count that is none was not reported.
 */
export const toCount = (reported: unknown): number | null => {
  const count = typeof reported === 'string' && DIGITS.test(reported.trim()) ? Number(reported) : reported;
  if (typeof count !== 'number' || !Number.isInteger(count)) return null;
  return count >= 0 && count <= MAX_COUNT ? count + 0 : null;
};

/** A vendor's count that clients are promised as an Int; null above that, too. */
export const toIntCount = (reported: unknown): number | null => {
  const count = toCount(reported);
  return count === null || count > MAX_INT ? null : count;
};
