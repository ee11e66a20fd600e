/**
 * How long a vendor asks to wait, in whole milliseconds; null when it does not say, or says it unreadably.
 * `retry-after-ms` comes before `Retry-After`, which may be seconds or an HTTP date. A moment that has passed is 0.
 */
export const readRetryAfterMs = (
  headers: Pick<Headers, 'get'>,
  nowMs: number = Date.now(),
): number | null => {
  const milliseconds = toNumber(headers.get('retry-after-ms'));
  if (milliseconds !== null) return Math.ceil(milliseconds);
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = toNumber(value);
  if (seconds !== null) return Math.ceil(seconds * 1000);
  // A date has a letter in it (its month); Date.parse also reads bare numbers, as years.
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
};

const toNumber = (value: string | null): number | null =>
  value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
