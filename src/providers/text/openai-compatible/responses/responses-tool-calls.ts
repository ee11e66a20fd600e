import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import {
  findArguments,
  type RawToolCall,
  unparsableArguments,
} from '../../../shared/reading/parse-arguments.ts';
import type { ReadingContext } from '../../../shared/reading/reading-context.ts';
import { createReplayOrder, findReplayItem, writeReplayItems } from './replay-items.ts';
import type { ResponsesItem } from './responses-event.ts';

type ReplayItem = NonNullable<ReturnType<typeof findReplayItem>>;

/** The tool calls of one response, and the items that have to be sent back with them. */
export interface ResponsesToolCalls {
  /** Whether the turn asks the client to run a tool. */
  readonly hasClientCalls: () => boolean;
  readonly begin: (index: number, item: ResponsesItem) => void;
  readonly addArguments: (index: number, delta: string) => StreamEvent | undefined;
  /** Takes a finished item of any type; gives the call it is, if it is one. */
  readonly finish: (item: ResponsesItem) => StreamEvent | undefined;
  /** Throws `PROVIDER_FAILED` if a call of a completed turn has arguments that are no JSON. */
  readonly assertComplete: () => void;
  /** All items to be sent back in the next turn; null when there is nothing to carry. */
  readonly state: () => JsonValue | null;
}

export const createResponsesToolCalls = ({ provider, log }: ReadingContext): ResponsesToolCalls => {
  const begun = new Map<number, { readonly callId: string; readonly name: string }>();
  const order = createReplayOrder();
  let sinceLastCall: ReplayItem[] = [];
  let broken: RawToolCall | undefined;
  let hasClientCalls = false;

  const finishCall = (item: ResponsesItem): StreamEvent | undefined => {
    const call = rawCallOf(item);
    const opaque = writeReplayItems(withReasoning(sinceLastCall));
    sinceLastCall = [];
    hasClientCalls = true;
    // A call that was cut before its arguments began would pass for one of a tool without parameters.
    const parsed = item.status === 'incomplete' ? undefined : findArguments(call);
    if (parsed !== undefined)
      return {
        type: 'tool-call',
        toolCall: { ...call, arguments: parsed, builtIn: false, result: null, opaque },
      };
    broken ??= call;
    return undefined;
  };

  return {
    hasClientCalls: () => hasClientCalls,
    begin: (index, item) => {
      if (item.type === 'function_call')
        begun.set(index, { callId: item.call_id ?? item.id ?? '', name: item.name ?? '' });
    },
    addArguments: (index, delta) => {
      const call = begun.get(index);
      return call === undefined || delta === ''
        ? undefined
        : { type: 'tool-call-delta', ...call, argumentsDelta: delta };
    },
    finish: (item) => {
      order.add(item);
      if (item.type === 'function_call') return finishCall(item);
      if (item.type === 'message') sinceLastCall = [];
      const replay = findReplayItem(item);
      if (replay !== undefined) sinceLastCall.push(replay);
      return findBuiltInCall(item);
    },
    assertComplete: () => {
      if (broken !== undefined) throw unparsableArguments(broken, provider, log);
    },
    state: order.state,
  };
};

const rawCallOf = (item: ResponsesItem): RawToolCall => ({
  callId: item.call_id ?? item.id ?? '',
  name: item.name ?? '',
  arguments: typeof item.arguments === 'string' ? item.arguments : '',
});

/** Built-in calls are sent back only to keep the reasoning around them in its place. */
const withReasoning = (items: readonly ReplayItem[]): readonly ReplayItem[] =>
  items.some((item) => item['type'] === 'reasoning') ? items : [];

const findBuiltInCall = (item: ResponsesItem): StreamEvent | undefined => {
  const call = (name: string, parameters: unknown, result: unknown): StreamEvent => ({
    type: 'tool-call',
    toolCall: {
      callId: item.id ?? '',
      name,
      arguments: (parameters ?? {}) as JsonValue,
      builtIn: true,
      result: (result ?? null) as JsonValue,
      opaque: null,
    },
  });
  switch (item.type) {
    case 'web_search_call':
      // xAI's first form of it has the arguments of a function call.
      return call('web_search', item.action ?? findArguments(rawCallOf(item)), null);
    case 'code_interpreter_call':
      return call('code_interpreter', { code: item.code ?? null }, item.outputs);
    default:
      return undefined;
  }
};
