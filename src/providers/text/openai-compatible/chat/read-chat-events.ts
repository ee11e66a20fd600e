import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { Payloads } from '../../../shared/reading/reading-context.ts';
import { PayloadEvents, readSingly } from '../../../shared/reading/payload-events.ts';
import { wholeBatches } from '../../../shared/call/event-batches.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import type { ChatChoice, ChatChunk, ChatCompletionBody, ChatDelta } from './chat-chunk.ts';
import { type ChatReadingContext, ChatTurn } from './chat-turn.ts';
import { fragmentsOf } from './tool-call-fragment.ts';

export type { ChatReadingContext } from './chat-turn.ts';

/**
 * The events of a chat completion stream, in the order of its chunks, those of chunks that came together in one batch; of a
 * chunk that holds reasoning and text, the reasoning first. The turn is complete once its choice has a `finish_reason`; the
 * usage, which comes after it, is waited for until the stream ends, however it ends. Without a `finish_reason` there is no
 * `finish` event, unless the vendor has marked the end of its answer.
 */
export const readChatBatches = (
  chunks: Payloads<ChatChunk>,
  context: ChatReadingContext,
): AsyncIterableIterator<readonly StreamEvent[]> => new PayloadEvents(chunks, new ChatTurn(context));

/** The same, one by one. */
export const readChatEvents = (
  chunks: Payloads<ChatChunk>,
  context: ChatReadingContext,
): AsyncGenerator<StreamEvent> => readSingly(readChatBatches(chunks, context));

/** The events of a whole completion: those of a stream of one chunk, of which nothing is missing. */
export const readChatCompletion = (
  completion: ChatCompletionBody,
  context: ChatReadingContext,
): AsyncGenerator<StreamEvent> => readChatEvents(wholeBatches([toChatChunk(completion)]), context);

/** A whole completion as the only chunk of a stream. */
export const toChatChunk = (completion: ChatCompletionBody): ChatChunk => ({
  ...completion,
  ...(completion.choices && { choices: completion.choices.map(toOnlyChoice) }),
});

const toOnlyChoice = (choice: ChatChoice | null): ChatChoice | null =>
  choice && { ...choice, ...(choice.message && { message: withPositions(choice.message) }) };

/** Whole calls have no index: their position is it. */
const withPositions = (message: NonNullable<ChatChoice['message']>): ChatDelta =>
  isRecord(message)
    ? {
        ...message,
        function_call: null,
        tool_calls: fragmentsOf(message).map((call, index) => ({ ...call, index })),
      }
    : message;
