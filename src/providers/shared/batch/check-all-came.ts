import { toCount } from '../reading/to-count.ts';
import { ProviderError } from '../../../core/errors.ts';

/**
 * Throws `STREAM_TRUNCATED` where fewer came than the vendor itself counts: what is missing was paid for, and may come
 * when it is asked for again.
 */
export const checkAllCame = (
  { came, counted }: { readonly came: number; readonly counted: unknown },
  what: 'answers' | 'results',
  provider: string,
): void => {
  const expected = toCount(counted) ?? 0;
  if (came >= expected) return;
  throw new ProviderError('STREAM_TRUNCATED', {
    provider,
    vendorMessage: `${came} of ${expected} ${what} came`,
  });
};
