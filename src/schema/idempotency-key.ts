import { RequestRejected } from '../core/errors.ts';

const LONGEST = 256;

/** A caller's key as given; null: none. Throws `INVALID_REQUEST` for one that is empty or too long. */
export const readKey = (key: string | null, path: readonly string[] = ['idempotencyKey']): string | null => {
  if (key === null || (key !== '' && key.length <= LONGEST)) return key;
  throw new RequestRejected([
    {
      code: 'INVALID_REQUEST',
      message: `idempotencyKey must have from 1 to ${LONGEST} characters.`,
      path,
      allowed: null,
      suggestion: 'Take a random UUID.',
    },
  ]);
};
