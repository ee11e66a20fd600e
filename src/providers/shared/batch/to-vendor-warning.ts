import type { ModelgraphError } from '../../../core/errors.ts';
import type { Warning } from '../../../core/generation.ts';

/**
 * What a vendor says against a batch that has not failed as a whole. The error is the one that the batch would have
 * failed with, so that no more of the vendor's words is shown than an error may show.
 */
export const toVendorWarning = ({ message }: ModelgraphError): Warning => ({
  code: 'PROVIDER_WARNING',
  message,
  path: null,
  from: null,
  to: null,
});
