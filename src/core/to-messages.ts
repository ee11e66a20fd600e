import type { EndedTurn, Generation, ToolCall } from './generation.ts';
import type { JsonValue } from './json.ts';
import { type AssistantPart, MAX_OPAQUE_LENGTH, type Message } from './message.ts';

/** What one turn of a model said. */
export interface SaidTurn {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly state: JsonValue | null;
  /** Registration name of the provider; null: not known any more. */
  readonly provider: string | null;
}

/** State as clients carry it; null for none, and for more of it than is taken back. */
const toOpaque = (state: JsonValue | null): string | null => {
  if (state === null) return null;
  const opaque = JSON.stringify(state);
  return opaque.length > MAX_OPAQUE_LENGTH ? null : opaque;
};

/**
 * A turn as the message that it adds to the conversation; undefined where it said nothing. Calls of built-in tools have
 * no part of their own: they are part of the state, which has a part as soon as anything belongs to the provider alone.
 */
export const findAssistantMessage = ({
  text,
  reasoning,
  toolCalls,
  state,
  provider,
}: SaidTurn): Extract<Message, { role: 'assistant' }> | undefined => {
  const calls = toolCalls.filter(({ builtIn }) => !builtIn);
  const opaque = toOpaque(state);
  const parts: AssistantPart[] = [];
  const belongsToProvider = opaque !== null || calls.some((call) => call.opaque !== null);
  if (provider !== null && (reasoning !== '' || belongsToProvider))
    parts.push({ type: 'reasoning', text: reasoning === '' ? null : reasoning, opaque, provider });
  if (text !== '') parts.push({ type: 'text', text });
  for (const { callId, name, arguments: given, opaque: own } of calls)
    parts.push({ type: 'tool-call', callId, name, arguments: given, opaque: own });
  return parts.length === 0 ? undefined : { role: 'assistant', parts };
};

type Conversation = Pick<Generation, 'text' | 'reasoning' | 'toolCalls' | 'turns' | 'resolution'>;

/** What a generation has added to its conversation so far: answers, tool results, the request for a better answer. */
export const toMessages = ({
  text,
  reasoning,
  toolCalls,
  turns,
  resolution,
}: Conversation): readonly Message[] => {
  const { provider } = resolution.config;
  const last: EndedTurn = {
    textEnd: text.length,
    reasoningEnd: reasoning?.length ?? 0,
    toolCallEnd: toolCalls.length,
    state: null,
    next: [],
  };
  let before = { ...last, textEnd: 0, reasoningEnd: 0, toolCallEnd: 0 };
  return [...turns, last].flatMap((turn) => {
    const message = findAssistantMessage({
      text: text.slice(before.textEnd, turn.textEnd),
      reasoning: (reasoning ?? '').slice(before.reasoningEnd, turn.reasoningEnd),
      toolCalls: toolCalls.slice(before.toolCallEnd, turn.toolCallEnd),
      state: turn.state,
      provider,
    });
    before = turn;
    return [...(message === undefined ? [] : [message]), ...turn.next];
  });
};
