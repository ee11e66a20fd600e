import type { Principal } from '../../core/principal.ts';
import { requireOperation } from './require-operation.ts';
import { seesEveryone, visibilityOf } from './visibility.ts';

/** Whose records a list is to have. */
export interface OwnerQuery {
  /** Id of the principal they belong to; left out or null: the one that asks. */
  readonly owner?: string | null;
  /** Whether those of every principal are listed, in place of one's; left out: not. */
  readonly everyone?: boolean;
}

/**
 * Whose records a principal is listed, null for everyone's; undefined: there are none that it may see. Throws `FORBIDDEN` for
 * those of others without the operation for it.
 */
export const findListedOwner = (
  principal: Principal,
  { owner, everyone = false }: OwnerQuery,
): { readonly id: string | null } | undefined => {
  if (everyone) {
    if (!seesEveryone(principal)) requireOperation(principal, 'admin');
    return { id: null };
  }
  const id = owner ?? principal.id;
  if (visibilityOf(principal, id) !== 'none') return { id };
  requireOperation(principal, 'users', 'admin');
  return undefined;
};
