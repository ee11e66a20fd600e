import { RequestRejected } from '../core/errors.ts';

const LONGEST = 256;

/** The caller's key; null if there is none. Throws `INVALID_REQUEST` for a key that is empty or too long. */
export const readKey = (key: string | null, path: readonly string[] = ['idempotencyKey']): string | null => {
  if (key === null || (key !== '' && key.length <= LONGEST)) return key;
  throw new RequestRejected([
    {
      code: 'INVALID_REQUEST',
      message: `idempotencyKey must have from 1 to ${LONGEST} characters.`,
      path,
      allowed: null,
      suggestion: 'Use a random UUID.',
    },
  ]);
};
