import { ModelgraphError } from '../../src/core/errors.ts';
import { redactSecrets } from '../../src/core/secrets.ts';

/** Why a server cannot start or go on, for its operator: the message alone where it was written for them. */
export const toReason = (error: unknown): string => {
  const reason = error instanceof ModelgraphError ? error.message : ((error as Error).stack ?? String(error));
  return redactSecrets(reason);
};
