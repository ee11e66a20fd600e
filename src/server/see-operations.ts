import { ModelgraphError } from '../core/errors.ts';
import type { Authenticated } from '../services/principals/authenticator.ts';
import type { Refusal } from './refusal.ts';

/** Why the sender of a request is not shown the metrics and the parts of this server: they are about everyone. */
export const findOperationsRefusal = (found: Authenticated): Refusal | undefined => {
  if (found instanceof ModelgraphError) return found;
  if (found.kind !== 'user' || found.access.operations.has('admin')) return undefined;
  return { code: 'FORBIDDEN', message: 'Users see the metrics with the operation "admin" only.' };
};
