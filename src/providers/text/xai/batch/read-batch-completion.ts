import type { StreamEvent } from '../../../../core/stream-event.ts';
import type {
  ChatCompletionBody,
  ChatDelta,
  ChatToolCallDelta,
} from '../../openai-compatible/chat/chat-chunk.ts';
import { fragmentsOf, readFragment } from '../../openai-compatible/chat/tool-call-fragment.ts';
import { findArguments } from '../../../shared/reading/parse-arguments.ts';
import { readChatCompletion } from '../../openai-compatible/chat/read-chat-events.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';

interface Message extends ChatDelta {
  readonly role?: string | null;
}

interface Completion extends ChatCompletionBody {
  readonly choices?: NonNullable<ChatCompletionBody['choices']>;
  /** Addresses of what a search found. */
  readonly citations?: readonly unknown[] | null;
}

/** Output tokens leave the reasoning out: 204 in, 1 out, 82 of reasoning and a total of 287 were seen. */
const USAGE = { outputIncludesReasoning: false };

/**
 * The events of an answer in a batch, which is a chat completion whichever API was asked for. Where the vendor ran tools
 * of its own the turns on the way are choices too: they are read as one turn.
 */
export async function* readBatchCompletion(
  completion: Completion,
  context: ReadingContext,
): AsyncGenerator<StreamEvent> {
  const choices = (completion.choices ?? []).filter((choice) => choice !== null);
  const messages = choices.map(({ message }) => (message ?? {}) as Message);
  const results = new Map(
    messages
      .filter(({ role }) => role === 'tool')
      .flatMap((message) => fragmentsOf(message).map((call) => [call.id, textOf(message) ?? null] as const)),
  );
  const own = messages.filter(({ role }) => role !== 'tool');
  const calls = own.flatMap(fragmentsOf);
  const isBuiltIn = (call: ChatToolCallDelta): boolean => results.has(call.id);
  for (const call of calls.filter(isBuiltIn))
    yield toBuiltInCall(call, results.get(call.id) ?? null, context.provider);
  for (const url of completion.citations ?? []) if (typeof url === 'string') yield toCitation(url);
  const last = choices.findLast(({ message }) => (message as Message | null)?.role !== 'tool');
  yield* readChatCompletion(
    {
      usage: completion.usage ?? null,
      service_tier: completion.service_tier,
      choices:
        last === undefined
          ? []
          : [
              {
                ...last,
                index: 0,
                message: join(
                  own,
                  calls.filter((call) => !isBuiltIn(call)),
                ),
              },
            ],
    },
    { ...context, usage: USAGE },
  );
}

const join = (messages: readonly Message[], calls: readonly ChatToolCallDelta[]): ChatDelta => ({
  ...messages.at(-1),
  content: messages.map((message) => textOf(message) ?? '').join(''),
  reasoning_content: messages
    .map(({ reasoning_content: reasoning }) => (typeof reasoning === 'string' ? reasoning : ''))
    .join(''),
  tool_calls: calls,
});

const textOf = ({ content }: Message): string | undefined =>
  typeof content === 'string' ? content : undefined;

const toBuiltInCall = (call: ChatToolCallDelta, result: string | null, provider: string): StreamEvent => {
  const { id: callId, name, arguments: written } = readFragment(call, provider);
  const raw = { callId, name, arguments: written };
  return {
    type: 'tool-call',
    toolCall: { ...raw, arguments: findArguments(raw) ?? written, builtIn: true, result, opaque: null },
  };
};

const toCitation = (url: string): StreamEvent => ({
  type: 'citation',
  citation: { url, title: null, snippet: null, startIndex: null, endIndex: null },
});
