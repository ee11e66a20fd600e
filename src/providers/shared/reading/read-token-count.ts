import { ProviderError } from '../../../core/errors.ts';
import { toIntCount } from './to-count.ts';

/** The number of tokens in an answer of a counting endpoint. Throws `PROVIDER_FAILED` for what is no number of tokens. */
export const readTokenCount = (reported: unknown, provider: string): number => {
  const count = toIntCount(reported);
  if (count !== null) return count;
  throw new ProviderError('PROVIDER_FAILED', { provider, vendorMessage: 'expected a number of tokens' });
};
