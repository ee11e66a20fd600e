import type { ProviderError, ProviderErrorDetails } from '../../../core/errors.ts';
import { MAX_ERROR_BYTES, MAX_JSON_BYTES } from './answer-limits.ts';
import { type Batches, EventBatches, wholeBatches } from './event-batches.ts';
import { EventStreamDecoder, type ServerEvent } from './event-stream-decoder.ts';
import { readJson } from './read-json.ts';
import { readStart, readText } from './read-text.ts';
import { tellForm } from './tell-form.ts';
import type { WatchedBytes } from './watched-bytes.ts';

/** A vendor's success by what it is, whichever form was asked for. */
export type Answer<T> =
  | { readonly form: 'stream'; readonly batches: Batches<T> }
  | { readonly form: 'whole'; readonly json: unknown };

/** What the guarded fetch knows of a success, beside the response it gave. */
export interface OpenedAnswer {
  /** The same bytes as the response's body: the one or the other is read. */
  readonly bytes: WatchedBytes;
  /** Of the errors of this answer. */
  readonly details: ProviderErrorDetails;
  /** Whether a JSON document is a whole answer of this API. */
  readonly isAnswer: (json: unknown) => boolean;
  /** The error for a body that is no answer. */
  readonly refuse: (text: string) => ProviderError;
}

export interface AnswerOptions<T> {
  /** The longest event stream that is taken, in bytes. */
  readonly maxBytes: number;
  /** The value of an event whose data is JSON, or that is named `error`. */
  readonly toValue: (event: ServerEvent) => T;
}

const opened = new WeakMap<Response, OpenedAnswer | { readonly json: unknown }>();

/** Lets `openAnswer` find what was opened by the response: SDKs give back the very object that fetch gave to them. */
export const attachAnswer = (
  response: Response,
  answer: OpenedAnswer | { readonly json: unknown },
): Response => {
  opened.set(response, answer);
  return response;
};

/**
 * The answer of a response that the guarded fetch gave, which has not been read. What it is, its first bytes say: a JSON
 * document under the type of an event stream is read as one. Throws for one that is no answer.
 */
export const openAnswer = async <T>(response: Response, options: AnswerOptions<T>): Promise<Answer<T>> => {
  const answer = opened.get(response);
  if (answer === undefined) throw new TypeError('the response was not given by the guarded fetch');
  opened.delete(response);
  if ('json' in answer) return { form: 'whole', json: answer.json };
  const { bytes, details, isAnswer, refuse } = answer;
  const form = await tellForm(bytes);
  if (form === 'page') throw refuse((await readStart(bytes, MAX_ERROR_BYTES)).text);
  if (form !== 'json') return { form: 'stream', batches: new EventBatches(bytes, { ...options, details }) };
  const text = await readText(bytes, MAX_JSON_BYTES, details);
  const json = readJson(text);
  if (json !== undefined && isAnswer(json)) return { form: 'whole', json };
  const events = json === undefined ? eventsOf(text) : [];
  if (events.length === 0) throw refuse(text);
  return { form: 'stream', batches: [events.map(options.toValue)] };
};

/** JSON objects one after the other, a line each or several, and events among them. */
const eventsOf = (text: string): readonly ServerEvent[] => {
  const decoder = new EventStreamDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.end()];
};

/** An answer as the payloads of a stream, a whole one by what it would have been there. */
export const toBatches = async <T>(
  opening: Promise<Answer<T>>,
  toPayloads: (json: unknown) => readonly T[],
): Promise<Batches<T>> => {
  const answer = await opening;
  return answer.form === 'stream' ? answer.batches : wholeBatches(toPayloads(answer.json));
};
