import { type Plan, readPieces } from '../programs/plan.ts';
import type { WireEvent } from './subscription.ts';

const TERMINAL = new Set(['GenerationCompleted', 'GenerationCancelled', 'GenerationFailed']);

/** The events that a client saw, from the first to the terminal one. */
export interface CheckedLog {
  readonly id: string;
  readonly end: string;
  /** Gaps: events before which other events are missing. */
  readonly lost: number;
  /** Events that were repeated, in whole or in part. */
  readonly doubled: number;
  /** Snapshots, which a client gets that resumes after a cursor whose events are no longer kept. */
  readonly snapshots: number;
  /** Whether the assembled text is the generation's final text and has every delta once. */
  readonly complete: boolean;
}

export interface LogCheck {
  /** Checks the next event, over any connection. */
  take(event: WireEvent): void;
  /** The last event; undefined before the first. */
  last(): WireEvent | undefined;
  /** The result; undefined before the terminal event. */
  findResult(): CheckedLog | undefined;
}

/** Compares each event of a generation with the one before it: by its sequence, and for a piece of text by its offset. */
export const createLogCheck = (plan: Pick<Plan, 'deltas'>): LogCheck => {
  let last: WireEvent | undefined;
  let end: WireEvent | undefined;
  let text = '';
  /** The offset that the next piece of text must have. */
  let nextOffset = 0;
  const counts = { lost: 0, doubled: 0, snapshots: 0 };

  const check = ({ __typename, sequence, offset = -1, text: piece = '' }: WireEvent): void => {
    const isText = __typename === 'TextDelta';
    // Adjacent deltas may be merged, under the sequence of the last.
    const covered = isText ? readPieces(piece).length : 1;
    const expected = (last?.sequence ?? 0) + covered;
    if (sequence < expected || (isText && offset < nextOffset)) counts.doubled += 1;
    else if (sequence > expected || (isText && offset > nextOffset)) counts.lost += 1;
  };

  const isWhole = (typename: string): boolean => {
    const pieces = readPieces(text);
    const inOrder = pieces.every(({ index }, position) => index === position);
    return inOrder && (typename !== 'GenerationCompleted' || pieces.length === plan.deltas);
  };

  return {
    take: (event) => {
      if (event.__typename === 'GenerationSnapshot') {
        counts.snapshots += 1;
        text = event.generation?.text ?? '';
        nextOffset = text.length;
      } else {
        check(event);
      }
      if (event.__typename === 'TextDelta') {
        const { offset = 0, text: piece = '' } = event;
        text = text.slice(0, offset) + piece;
        nextOffset = offset + piece.length;
      }
      if (TERMINAL.has(event.__typename)) end = event;
      last = event;
    },
    last: () => last,
    findResult: () =>
      end && {
        ...counts,
        id: end.generationId ?? '',
        end: end.__typename,
        complete: text === end.generation?.text && isWhole(end.__typename),
      },
  };
};
