import { rejection } from '../../core/errors.ts';
import { type GenerationEvent, isTerminalEvent } from '../../core/generation-event.ts';

/** Where a subscriber is in the event log of a generation. */
export interface LogPosition {
  readonly generationId: string;
  /** Of the last event that the subscriber has. */
  readonly sequence: number;
  /** Whether that was the terminal event. */
  readonly isEnd: boolean;
}

/** What all cursors of a generation begin with: as far as base64 encodes it apart, and the bytes after that. */
interface CommonPart {
  readonly generationId: string;
  readonly encoded: string;
  readonly rest: string;
}

let lastCommon: CommonPart = { generationId: '', encoded: '', rest: '' };

/** Of the generation that was asked for last it is known: each event of an event stream has a cursor. */
const commonOf = (generationId: string): CommonPart => {
  if (lastCommon.generationId === generationId) return lastCommon;
  const bytes = Buffer.from(`${generationId}:`);
  const apart = bytes.length - (bytes.length % 3);
  const encoded = bytes.toString('base64url', 0, apart);
  lastCommon = { generationId, encoded, rest: bytes.toString('latin1', apart) };
  return lastCommon;
};

/** Holds the bytes that belong to one cursor alone while they are encoded. */
const OWN_BYTES = Buffer.alloc(32);

/**
 * The position of an event in its log as an opaque token. It contains the generation's id, and says that the event is the
 * last one where it is: the sequence alone does not, where a server died with events that it had delivered and not stored.
 */
export const toCursor = (event: Pick<GenerationEvent, 'type' | 'generationId' | 'sequence'>): string => {
  const { generationId, sequence } = event;
  const { encoded, rest } = commonOf(generationId);
  const own = isTerminalEvent(event) ? `${rest}${sequence}:end` : `${rest}${sequence}`;
  return encoded + OWN_BYTES.toString('base64url', 0, OWN_BYTES.write(own, 'latin1'));
};

/** Longer than any cursor of ours. */
const MAX_LENGTH = 400;

/** The position that a cursor stands for; undefined for a text that is no cursor of ours. */
const parseCursor = (cursor: string): LogPosition | undefined => {
  const own = cursor.length > MAX_LENGTH ? '' : cursor;
  const text = Buffer.from(own, 'base64url').toString('utf8');
  const [, generationId, sequence, end] = /^([^:]+):([1-9]\d{0,8})(:end)?$/.exec(text) ?? [];
  return generationId === undefined
    ? undefined
    : { generationId, sequence: Number(sequence), isEnd: end !== undefined };
};

/** The position that a cursor stands for. Throws `INVALID_REQUEST` for a text that is no cursor of this generation. */
export const readCursor = (cursor: string, generationId: string): LogPosition => {
  const position = parseCursor(cursor);
  if (position?.generationId === generationId) return position;
  throw rejection('INVALID_REQUEST', ['after'], 'after is not a cursor of this generation.', {
    suggestion:
      'Give the cursor of the last event of this generation that you have, or leave after out to get all events.',
  });
};

/** The same for the header `Last-Event-ID`, with which an event stream is resumed. */
export const readLastEventId = (lastEventId: string, generationId: string): LogPosition => {
  const position = parseCursor(lastEventId);
  if (position?.generationId === generationId) return position;
  throw rejection(
    'INVALID_REQUEST',
    ['Last-Event-ID'],
    position === undefined
      ? 'The header Last-Event-ID is not the id of an event of this server.'
      : 'The header Last-Event-ID is the id of an event of another generation.',
    {
      suggestion:
        'Send the id of the last event of this operation that you have, or leave the header out to begin anew.',
    },
  );
};
