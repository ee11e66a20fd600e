import { ModelgraphError } from '../../core/errors.ts';

/** The refusal of a part that the API of a provider has no place for, with what to send instead. */
export const unsupportedPart = (what: string, instead: string): ModelgraphError =>
  new ModelgraphError('UNSUPPORTED_CAPABILITY', `The provider's API does not take ${what}. ${instead}`);
