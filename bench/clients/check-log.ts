import { type Plan, readPieces } from '../programs/plan.ts';
import type { WireEvent } from './subscription.ts';

const TERMINAL = new Set(['GenerationCompleted', 'GenerationCancelled', 'GenerationFailed']);

/** What a follower saw, from the first event to the terminal one. */
export interface CheckedLog {
  readonly id: string;
  readonly end: string;
  /** Gaps: places in the log where events before the one that came are missing. */
  readonly lost: number;
  /** Events that came again, or partly so. */
  readonly doubled: number;
  /** Resumed from where events are no longer kept. */
  readonly snapshots: number;
  /** The assembled text is that of the generation at its end, and every delta is in it once. */
  readonly complete: boolean;
}

export interface LogCheck {
  /** Takes the next event as it came, over whichever connection. */
  take(event: WireEvent): void;
  /** The last event that came; undefined before the first. */
  last(): WireEvent | undefined;
  /** The verdict; undefined while no terminal event has come. */
  findResult(): CheckedLog | undefined;
}

/** Holds each event of a generation against the one before it: by its sequence, and a piece of text by its offset. */
export const createLogCheck = (plan: Pick<Plan, 'deltas'>): LogCheck => {
  let last: WireEvent | undefined;
  let end: WireEvent | undefined;
  let text = '';
  /** Where the next piece of text has to begin. */
  let nextOffset = 0;
  const counts = { lost: 0, doubled: 0, snapshots: 0 };

  const check = ({ __typename, sequence, offset = -1, text: piece = '' }: WireEvent): void => {
    const isText = __typename === 'TextDelta';
    // Neighbouring deltas may come as one, under the sequence of the last.
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
