import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { findArguments } from '../../../shared/reading/parse-arguments.ts';
import type { ResponsesItem } from './responses-event.ts';

/** A call of one of the vendor's own tools; undefined for an item of another type. */
export const findBuiltInCall = (item: ResponsesItem): StreamEvent | undefined => {
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
    case 'web_search_call': {
      // xAI's first form of it has the arguments of a function call.
      const { arguments: given } = item;
      const raw = { callId: '', name: '', arguments: typeof given === 'string' ? given : '' };
      return call('web_search', item.action ?? findArguments(raw), null);
    }
    case 'code_interpreter_call':
      return call('code_interpreter', { code: item.code ?? null }, item.outputs);
    default:
      return undefined;
  }
};
