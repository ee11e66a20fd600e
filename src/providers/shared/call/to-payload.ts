import { isRecord } from '../../../lib/is-record.ts';
import type { ServerEvent } from './event-stream-decoder.ts';
import { readJson } from './read-json.ts';

export interface PayloadOptions {
  /** The error that a vendor tells in a stream, in its own words. */
  readonly toError: (error: unknown) => Error;
  /** The field that says what a payload is, where the name of its event says the same and the payload may leave it out. */
  readonly typeField?: string;
}

/**
 * The JSON of an event. Throws for one that is no JSON, and for one that tells a failure: named `error`, with an `error`, or an
 * object of that name, as vLLM writes it.
 */
export const toPayload = ({ event, data }: ServerEvent, { toError, typeField }: PayloadOptions): unknown => {
  const payload = withoutList(readJson(data));
  if (event === 'error') throw toError(errorOf(payload) ?? payload ?? { message: data });
  if (payload === undefined) throw new SyntaxError('an event of the stream is no JSON');
  if (!isRecord(payload)) return payload;
  const error = errorOf(payload);
  if (error !== undefined) throw toError(error);
  if (typeField !== undefined && event !== undefined) payload[typeField] ??= event;
  return payload;
};

/** Gemini may wrap its error in a list. */
const withoutList = (payload: unknown): unknown =>
  Array.isArray(payload) && payload.length === 1 ? payload[0] : payload;

/**
 * The error in a payload; one that is a mere string, with the fields beside it. A chunk of Chat Completions that has choices
 * is left to its reader: it says more than its error.
 */
const errorOf = (payload: unknown): unknown => {
  if (!isRecord(payload) || Array.isArray(payload['choices'])) return undefined;
  const { error } = payload;
  if (typeof error === 'string' && error !== '') return { ...payload, message: error };
  return error || (payload['object'] === 'error' ? payload : undefined);
};
