import { ProviderError } from '../../../core/errors.ts';

const isGone = (error: unknown): boolean => error instanceof ProviderError && error.providerStatus === 404;

/**
 * Deletes one thing after the other, each whatever came of those before it; what is not there is deleted already. Throws the
 * first failure once all have been attempted.
 */
export const deleteAll = async (deletions: readonly (() => PromiseLike<unknown>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const attempt of deletions) {
    try {
      await attempt();
    } catch (error) {
      if (!isGone(error)) failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};
