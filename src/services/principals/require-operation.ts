import { rejection } from '../../core/errors.ts';
import type { Operation, Principal } from '../../core/principal.ts';

/**
 * Throws `FORBIDDEN` unless the principal has one of the operations. Every public method of a service that acts for a
 * principal begins with it, so that no transport and no field of the schema can go past it.
 */
export const requireOperation = ({ access }: Principal, ...oneOf: readonly Operation[]): void => {
  if (oneOf.some((operation) => access.operations.has(operation))) return;
  const wanted = oneOf.map((operation) => `"${operation}"`).join(' or ');
  throw rejection('FORBIDDEN', [], `These credentials do not have the operation ${wanted}.`, {
    allowed: [...access.operations],
    suggestion: `Ask the operator of this server for ${wanted}, or use credentials that have it.`,
  });
};
