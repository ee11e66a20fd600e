import { rejection } from '../../core/errors.ts';

/** A position in a generation's event log as an opaque token. It contains the generation's id. */
export const toCursor = (generationId: string, sequence: number): string =>
  Buffer.from(`${generationId}:${sequence}`).toString('base64url');

/** Longer than any cursor of ours. */
const MAX_LENGTH = 400;

/** The sequence of a cursor. Throws `INVALID_REQUEST` for a text that is no cursor of this generation. */
export const readCursor = (cursor: string, generationId: string): number => {
  const own = cursor.length > MAX_LENGTH ? '' : cursor;
  const [id, sequence = ''] = Buffer.from(own, 'base64url').toString('utf8').split(':');
  if (id === generationId && /^[1-9]\d{0,8}$/.test(sequence)) return Number(sequence);
  throw rejection('INVALID_REQUEST', ['after'], 'after is not a cursor of this generation.', {
    suggestion:
      'Give the cursor of the last event of this generation that you have, or leave after out to get all events.',
  });
};
