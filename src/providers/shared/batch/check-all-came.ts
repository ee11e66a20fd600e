import { ProviderError } from '../../../core/errors.ts';

/**
 * Throws `STREAM_TRUNCATED` where fewer came than the vendor itself counts: what is missing was paid for, and may come
 * when it is asked for again.
 */
export const checkAllCame = (
  { came, counted }: { readonly came: number; readonly counted: number | null | undefined },
  what: 'answers' | 'results',
  provider: string,
): void => {
  if (came >= (counted ?? 0)) return;
  throw new ProviderError('STREAM_TRUNCATED', {
    provider,
    vendorMessage: `${came} of ${counted ?? 0} ${what} came`,
  });
};
