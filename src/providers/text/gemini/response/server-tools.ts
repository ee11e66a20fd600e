import type { Part } from '@google/genai/web';
import type { ToolCall } from '../../../../core/generation.ts';
import type { JsonValue } from '../../../../core/json.ts';

/** The calls of the vendor's own tools in one turn: each one is given once its result is there. */
export interface ServerTools {
  /** The calls that a part completes: none for a call, one for a result, none for parts of other kinds. */
  read(part: Part): ToolCall[];
  /** The calls that never had a result. */
  rest(): ToolCall[];
}

const TOOL_NAMES: ReadonlyMap<string, string> = new Map([
  ['GOOGLE_SEARCH_WEB', 'web_search'],
  ['GOOGLE_SEARCH_IMAGE', 'web_search'],
  ['URL_CONTEXT', 'url_context'],
]);

/** A result names its call by id; where there are no ids, it is that of the latest call. */
export const createServerTools = (mintId: () => string): ServerTools => {
  const open = new Map<string, ToolCall>();
  const begin = (id: string | undefined, name: string, args: JsonValue): ToolCall[] => {
    const callId = id || mintId();
    open.set(callId, { callId, name, arguments: args, builtIn: true, result: null, opaque: null });
    return [];
  };
  const end = (id: string | undefined, result: JsonValue): ToolCall[] => {
    const call = open.get(id || ([...open.keys()].at(-1) ?? ''));
    if (call === undefined) return [];
    open.delete(call.callId);
    return [{ ...call, result }];
  };
  return {
    read({ executableCode, codeExecutionResult, toolCall, toolResponse }) {
      if (executableCode) {
        const { id, language = null, code = '' } = executableCode;
        return begin(id, 'code_interpreter', { language, code });
      }
      if (codeExecutionResult) {
        const { id, outcome = null, output = '' } = codeExecutionResult;
        return end(id, { outcome, output });
      }
      if (toolCall) {
        const type = toolCall.toolType ?? '';
        return begin(
          toolCall.id,
          TOOL_NAMES.get(type) ?? type.toLowerCase(),
          (toolCall.args ?? {}) as JsonValue,
        );
      }
      return toolResponse ? end(toolResponse.id, (toolResponse.response ?? null) as JsonValue) : [];
    },
    rest: () => [...open.values()],
  };
};
