import type { Generation } from '../../core/generation.ts';
import { type Principal, usersOf } from '../../core/principal.ts';
import { toOutline } from '../../core/to-outline.ts';

/** `outline`: who, when, which model, how it ended and what it cost, without anything that was said. */
export type Visibility = 'whole' | 'outline' | 'none';

/** What the id of every principal begins with whose records a key may see besides its own; undefined: there are none. */
export const findVisibleUsers = ({ kind, keyId, access }: Principal): string | undefined =>
  kind === 'key' && keyId !== null && access.operations.has('users') ? usersOf(keyId) : undefined;

/** How much a principal may see of what belongs to another one, or to itself. */
export const visibilityOf = (reader: Principal, ownerId: string): Visibility => {
  if (ownerId === reader.id) return 'whole';
  const users = findVisibleUsers(reader);
  if (users !== undefined && ownerId.startsWith(users)) return 'whole';
  return reader.access.operations.has('admin') ? 'outline' : 'none';
};

/** What a principal may see of a generation; undefined: not even that there is one. */
export const toVisible = (reader: Principal, generation: Generation): Generation | undefined => {
  switch (visibilityOf(reader, generation.principalId)) {
    case 'whole':
      return generation;
    case 'outline':
      return toOutline(generation);
    case 'none':
      return undefined;
  }
};
