import type { FinishReason, ToolCall } from '../../../../core/generation.ts';
import type { ToolCallDeltaEvent } from '../../../../core/stream-event.ts';
import type { ChatToolCallDelta } from './chat-chunk.ts';
import {
  findArguments,
  type RawToolCall,
  unparsableArguments,
} from '../../../shared/reading/parse-arguments.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';

type Call = { -readonly [K in keyof RawToolCall]: RawToolCall[K] };

/** The tool calls of one turn, put together from fragments. Calls are told apart by index, and by id where it changes. */
export interface ChatToolCalls {
  readonly size: () => number;
  /** Takes a fragment; gives the event for it, if it adds to the arguments. */
  readonly add: (delta: ChatToolCallDelta) => ToolCallDeltaEvent | undefined;
  /**
   * The complete calls in the order they began. A turn that was cut off (`length`, `content-filter`) may have left a call
   * half written: it is no call. Anywhere else, arguments that are no JSON throw `PROVIDER_FAILED`.
   */
  readonly complete: (reason: FinishReason) => readonly ToolCall[];
}

export const createChatToolCalls = ({ provider, log }: ReadingContext): ChatToolCalls => {
  const calls: Call[] = [];
  const atIndex = new Map<number, Call>();

  const callFor = ({ index, id }: ChatToolCallDelta): Call => {
    const position = index ?? (id ? calls.findIndex((call) => call.callId === id) : calls.length - 1);
    const known = index == null ? calls[position] : atIndex.get(index);
    // Some vendors give every parallel call the index 0; a new id is a new call.
    if (known !== undefined && (!id || known.callId === id)) return known;
    const call: Call = { callId: id || `call_${calls.length}`, name: '', arguments: '' };
    atIndex.set(index ?? calls.length, call);
    calls.push(call);
    return call;
  };

  return {
    size: () => calls.length,
    add: (delta) => {
      const call = callFor(delta);
      if (delta.function?.name) call.name ||= delta.function.name;
      const fragment = delta.function?.arguments ?? '';
      if (fragment === '') return undefined;
      call.arguments += fragment;
      return { type: 'tool-call-delta', callId: call.callId, name: call.name, argumentsDelta: fragment };
    },
    complete: (reason) => {
      const wasCut = reason === 'length' || reason === 'content-filter';
      return calls.flatMap((call) => {
        // Nothing at all may be the arguments of a tool without parameters, or those of a call cut before they began.
        const isEmpty = call.arguments.trim() === '' && call === calls.at(-1);
        const parsed = wasCut && isEmpty ? undefined : findArguments(call);
        if (parsed === undefined && wasCut) return [];
        if (parsed === undefined) throw unparsableArguments(call, provider, log);
        const { callId, name } = call;
        return [{ callId, name, arguments: parsed, builtIn: false, result: null, opaque: null }];
      });
    },
  };
};
