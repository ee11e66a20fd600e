import { rejection } from '../core/errors.ts';

const LONGEST = 256;

/** The caller's key; null if there is none. Throws `INVALID_REQUEST` for a key that is empty or too long. */
export const readKey = (key: string | null, path: readonly string[] = ['idempotencyKey']): string | null => {
  if (key === null || (key !== '' && key.length <= LONGEST)) return key;
  throw rejection('INVALID_REQUEST', path, `idempotencyKey must have from 1 to ${LONGEST} characters.`, {
    suggestion: 'Use a random UUID.',
  });
};
