import type { Citation, FinishReason } from '../../../../core/generation.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ChatAnnotation, ChatChunk, ChatCompletionBody, ChatDelta } from './chat-chunk.ts';
import { createChatToolCalls } from './chat-tool-calls.ts';
import type { ChatDialect } from '../dialect.ts';
import { toProviderError } from '../map-error.ts';
import { mapChatFinishReason } from '../map-finish-reason.ts';
import type { Payloads, ReadingContext } from '../../../shared/reading/reading-context.ts';
import { type ChatUsage, toChatUsage, type UsageCounting } from '../to-usage.ts';

export interface ChatReadingContext extends ReadingContext {
  readonly usage: UsageCounting;
  readonly readDelta?: ChatDialect['readDelta'];
}

/**
 * The events of a chat completion stream, in the order of its chunks; of a chunk that holds reasoning and text, the
 * reasoning first. The turn is complete once every choice seen has a `finish_reason`; the usage, which comes after it,
 * is waited for until the stream ends, however it ends. Without a `finish_reason` there is no `finish` event.
 */
export async function* readChatEvents(
  chunks: Payloads<ChatChunk>,
  context: ChatReadingContext,
): AsyncGenerator<StreamEvent> {
  const toolCalls = createChatToolCalls(context);
  const seen = new Set<number>();
  const finished = new Set<number>();
  let usage: ChatUsage | null = null;
  let rawReason: string | null = null;
  let isRefusal = false;
  const isComplete = (): boolean => seen.size > 0 && seen.size === finished.size;

  try {
    for await (const chunk of await chunks) {
      if (chunk.x_groq?.error) throw toProviderError({ error: chunk.x_groq.error }, context.provider);
      usage = chunk.usage ?? chunk.x_groq?.usage ?? usage;
      for (const choice of chunk.choices ?? []) {
        const index = choice.index ?? 0;
        seen.add(index);
        if (choice.finish_reason) finished.add(index);
        if (index !== 0) continue; // one answer is asked for: another choice would be another text
        if (choice.finish_reason) rawReason = choice.finish_reason;
        const delta = choice.delta ?? {};
        isRefusal ||= Boolean(delta.refusal);
        for (const event of readDelta(delta)) yield event;
        if (context.readDelta !== undefined)
          for (const event of context.readDelta(delta as Readonly<Record<string, unknown>>)) yield event;
        for (const fragment of delta.tool_calls ?? []) {
          const event = toolCalls.add(fragment);
          if (event !== undefined) yield event;
        }
      }
    }
  } catch (error) {
    // A connection lost after the turn was complete has cost its usage numbers, nothing else.
    if (!isComplete()) throw error;
  }

  if (!isComplete() || rawReason === null) return;
  if (rawReason === 'insufficient_system_resource')
    throw toProviderError({ error: { code: rawReason, message: rawReason } }, context.provider);
  let reason: FinishReason = mapChatFinishReason(rawReason);
  for (const toolCall of toolCalls.complete(reason)) yield { type: 'tool-call', toolCall };
  // A forced call ends with "stop" all the same.
  if (reason === 'stop' && toolCalls.size() > 0) reason = 'tool-calls';
  yield {
    type: 'finish',
    reason: isRefusal ? 'content-filter' : reason,
    rawReason: isRefusal ? 'refusal' : rawReason,
    usage: usage === null ? null : toChatUsage(usage, context.usage),
    state: null,
  };
}

/** The events of a whole completion: those of a stream of one chunk. */
export const readChatCompletion = (
  completion: ChatCompletionBody,
  context: ChatReadingContext,
): AsyncGenerator<StreamEvent> =>
  readChatEvents(
    [
      {
        usage: completion.usage ?? null,
        x_groq: completion.x_groq ?? null,
        choices: (completion.choices ?? []).map(({ index, message, finish_reason }) => ({
          index: index ?? 0,
          finish_reason: finish_reason ?? null,
          delta: {
            ...message,
            // Whole calls have no index: their position is it.
            tool_calls: (message?.tool_calls ?? []).map((call, position) => ({ ...call, index: position })),
          },
        })),
      },
    ],
    context,
  );

function* readDelta(delta: ChatDelta): Generator<StreamEvent> {
  // A server may send both names, one of them empty.
  const reasoning = delta.reasoning_content || delta.reasoning;
  if (typeof reasoning === 'string' && reasoning !== '') yield { type: 'reasoning-delta', text: reasoning };
  if (delta.content) yield { type: 'text-delta', text: delta.content };
  if (delta.refusal) yield { type: 'text-delta', text: delta.refusal };
  for (const annotation of delta.annotations ?? []) {
    const citation = findCitation(annotation);
    if (citation !== undefined) yield { type: 'citation', citation };
  }
}

const findCitation = ({ type, url_citation: cited }: ChatAnnotation): Citation | undefined =>
  type === 'url_citation' && cited
    ? {
        url: cited.url ?? null,
        title: cited.title ?? null,
        snippet: null,
        startIndex: cited.start_index ?? null,
        endIndex: cited.end_index ?? null,
      }
    : undefined;
