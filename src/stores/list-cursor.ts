import { rejection } from '../core/errors.ts';

/** A position in one kind of list, as one opaque token. */
export const toListCursor = (kind: string, position: number): string =>
  Buffer.from(`${kind}:${position}`).toString('base64url');

/** Longer than any cursor of ours. */
const MAX_LENGTH = 100;

const SUGGESTIONS = {
  after: 'Give the endCursor of the page before, or leave after out for the first page.',
  before: 'Give the startCursor of the page after, or leave before out for the last page.',
} as const;

/** The position a cursor of that kind of list stands for. Throws `INVALID_REQUEST` for any other text. */
const readListCursor = (
  cursor: string,
  expected: string,
  least: 0 | 1,
  argument: 'after' | 'before',
): number => {
  const own = cursor.length > MAX_LENGTH ? '' : cursor;
  const [kind, text = ''] = Buffer.from(own, 'base64url').toString('utf8').split(':');
  const position = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : -1;
  if (kind === expected && position >= least) return position;
  throw rejection('INVALID_REQUEST', [argument], `${argument} is not a cursor of this list.`, {
    suggestion: SUGGESTIONS[argument],
  });
};

/** A part of a list, between two of its cursors. */
export interface ListPart {
  /** How many, at most. */
  readonly first: number;
  /** A cursor of the list; one that is none throws `INVALID_REQUEST`. */
  readonly after: string | null;
  /** Likewise; left out: null. */
  readonly before?: string | null;
  /** Whether it is the last ones between the cursors, in the order of the list all the same; left out: the first ones. */
  readonly fromEnd?: boolean;
}

/** The positions that a part lies between, both exclusive; null: it has no bound on that side. */
export const readBounds = (
  { after, before = null }: ListPart,
  kind: string,
  least: 0 | 1,
): { readonly after: number | null; readonly before: number | null } => ({
  after: after === null ? null : readListCursor(after, kind, least, 'after'),
  before: before === null ? null : readListCursor(before, kind, least, 'before'),
});
