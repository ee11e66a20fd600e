import { rejection } from '../core/errors.ts';

/** A position in one kind of list, as one opaque token. */
export const toListCursor = (kind: string, position: number): string =>
  Buffer.from(`${kind}:${position}`).toString('base64url');

/** Longer than any cursor of ours. */
const MAX_LENGTH = 100;

/** The position a cursor of that kind of list stands for. Throws `INVALID_REQUEST` for any other text. */
export const readListCursor = (cursor: string, expected: string, least: 0 | 1): number => {
  const own = cursor.length > MAX_LENGTH ? '' : cursor;
  const [kind, text = ''] = Buffer.from(own, 'base64url').toString('utf8').split(':');
  const position = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : -1;
  if (kind === expected && position >= least) return position;
  throw rejection('INVALID_REQUEST', ['after'], 'after is not a cursor of this list.', {
    suggestion: 'Give the endCursor of the page before, or leave after out for the first page.',
  });
};
