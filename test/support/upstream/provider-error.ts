import { ProviderError } from '../../../src/core/errors.ts';

/** What a promise fails with; an error of the test when it succeeds. */
export const failureOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
};

/** The `ProviderError` a promise fails with. */
export const providerErrorOf = async (promise: Promise<unknown>): Promise<ProviderError> => {
  const error = await failureOf(promise);
  if (error instanceof ProviderError) return error;
  throw new Error('expected a ProviderError', { cause: error });
};
