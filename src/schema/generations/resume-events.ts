import { rejection } from '../../core/errors.ts';
import type { GenerateInput } from '../../core/generate-input.ts';
import type { GenerationEvent } from '../../core/generation-event.ts';
import { createEndedIterator, type ReadyIterator } from '../../lib/ready-iterator.ts';
import type { Context } from '../context.ts';
import { type LogPosition, readLastEventId, toCursor } from './event-cursor.ts';

type Events = ReadyIterator<GenerationEvent>;

/**
 * Of the subscription fields whose events a client can resume after: the id of an event, as an event stream carries it. Their
 * values are the events themselves, whatever their arguments.
 */
export const RESUMABLE = { toEventId: toCursor, ignoresArguments: true } as const;

/** The events after a position. For a subscriber that has the terminal event there are none, and that is known at once. */
export const readEventsAfter = async (
  { generationId, sequence, isEnd }: LogPosition,
  { generations, principal, signal }: Context,
): Promise<Events> => {
  if (isEnd && (await generations.hasEnded(generationId, principal))) return createEndedIterator();
  return generations.events(generationId, principal, sequence, signal);
};

/** A client that repeats a request by itself would be billed for each time. */
const withoutKey = (message: string) =>
  rejection('INVALID_REQUEST', ['idempotencyKey'], message, {
    suggestion:
      'Add an idempotencyKey, a random UUID: the same key returns the same generation. Or send the operation by POST.',
  });

/**
 * Starts a generation and gives its events from the first one; where the client sends the id of an event that it has, gives
 * those after it of the generation that was started under the same key, and starts nothing.
 */
export const streamOrResume = async (
  input: () => Promise<GenerateInput>,
  idempotencyKey: string | null,
  context: Context,
): Promise<Events> => {
  const { generations, principal, providerKeys, signal, lastEventId, mayBeRepeated } = context;
  if (idempotencyKey === null && mayBeRepeated)
    throw withoutKey('A generation is started over GET only with an idempotencyKey.');
  if (lastEventId === null)
    return generations.stream(await input(), { principal, idempotencyKey, providerKeys }, signal);
  if (idempotencyKey === null)
    throw withoutKey('Last-Event-ID resumes a generation that was started with an idempotencyKey.');
  const id = await generations.findStarted(await input(), { principal, idempotencyKey });
  return readEventsAfter(readLastEventId(lastEventId, id), context);
};
