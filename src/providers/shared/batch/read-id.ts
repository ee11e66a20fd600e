import { ProviderError } from '../../../core/errors.ts';

/** The vendor's id of what was made there. Throws `PROVIDER_FAILED` for an answer without one, whatever it says else. */
export const readId = (id: unknown, what: 'a batch' | 'an uploaded file', provider: string): string => {
  if (typeof id === 'string' && id !== '') return id;
  throw new ProviderError('PROVIDER_FAILED', { provider, vendorMessage: `${what} got no id` });
};
