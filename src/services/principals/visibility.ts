import type { Batch } from '../../core/batch.ts';
import type { Generation, GenerationError } from '../../core/generation.ts';
import { type Principal, usersOf } from '../../core/principal.ts';

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

/** Whether a principal may end what belongs to another one, or to itself. */
export const mayCancel = (reader: Principal, ownerId: string): boolean =>
  ownerId === reader.id || reader.access.operations.has('admin');

/** Whether a principal may see what is under way of everyone: an administrator, or the one caller of a server without keys. */
export const seesEveryone = ({ kind, access }: Principal): boolean =>
  kind === 'anonymous' || access.operations.has('admin');

const toOutlinedError = (error: GenerationError | null, subject: string): GenerationError | null =>
  error && { ...error, message: `The ${subject} failed.` };

/** A generation without its content and without what may quote it: messages of warnings and errors among that. */
const toOutline = (generation: Generation): Generation => ({
  ...generation,
  text: '',
  reasoning: null,
  toolCalls: [],
  citations: [],
  output: null,
  outputViolations: [],
  turns: [],
  warnings: [],
  metadata: null,
  error: toOutlinedError(generation.error, 'generation'),
});

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

/** A batch without what its owner wrote, and without what may quote it. Its items are for its owner alone. */
const toBatchOutline = (batch: Batch): Batch => ({
  ...batch,
  displayName: null,
  metadata: null,
  warnings: [],
  error: toOutlinedError(batch.error, 'batch'),
});

/** What a principal may see of a batch; undefined: not even that there is one. */
export const toVisibleBatch = (reader: Principal, batch: Batch): Batch | undefined => {
  switch (visibilityOf(reader, batch.principalId)) {
    case 'whole':
      return batch;
    case 'outline':
      return toBatchOutline(batch);
    case 'none':
      return undefined;
  }
};
