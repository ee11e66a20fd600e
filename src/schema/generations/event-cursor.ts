import { RequestRejected } from '../../core/errors.ts';

/** A position in a generation's log as one opaque token, which tells the generations apart. */
export const toCursor = (generationId: string, sequence: number): string =>
  Buffer.from(`${generationId}:${sequence}`).toString('base64url');

/** The sequence a cursor stands for. Throws `INVALID_REQUEST` for what is no cursor of this generation. */
export const readCursor = (cursor: string, generationId: string): number => {
  const [id, sequence = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  if (id === generationId && /^[1-9]\d{0,8}$/.test(sequence)) return Number(sequence);
  throw new RequestRejected([
    {
      code: 'INVALID_REQUEST',
      message: 'after is not a cursor of this generation.',
      path: ['after'],
      allowed: null,
      suggestion: 'Give the cursor of the last event you have of it, or leave after out for all of them.',
    },
  ]);
};
