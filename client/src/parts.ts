import type { GenerationSnapshot, TextPart, ToolPart } from './generation-snapshot.ts';
import type { ToolCall } from './schema-types.ts';

/** Appends a piece to the passage that is being written, or begins another one. */
export const appendText = (
  state: GenerationSnapshot,
  type: TextPart['type'],
  text: string,
): GenerationSnapshot => {
  const last = state.parts.at(-1);
  if (last?.type === type && last.state === 'streaming')
    return { ...state, parts: [...state.parts.slice(0, -1), { ...last, text: last.text + text }] };
  return { ...state, parts: [...closeParts(state).parts, { type, text, state: 'streaming' }] };
};

/** Ends the passage that is being written: only the last part can be one. */
export const closeParts = (state: GenerationSnapshot): GenerationSnapshot => {
  const last = state.parts.at(-1);
  if (last === undefined || last.type === 'tool' || last.state === 'done') return state;
  return { ...state, parts: [...state.parts.slice(0, -1), { ...last, state: 'done' }] };
};

export const findCall = ({ toolCalls }: GenerationSnapshot, callId: string): ToolPart | undefined =>
  toolCalls.find((call) => call.callId === callId);

/** Puts a tool call in the place of the one with its id, or at the end. */
export const putTool = (state: GenerationSnapshot, tool: ToolPart): GenerationSnapshot => {
  if (findCall(state, tool.callId) === undefined)
    return {
      ...state,
      parts: [...closeParts(state).parts, tool],
      toolCalls: [...state.toolCalls, tool],
    };
  return {
    ...state,
    parts: state.parts.map((part) => (part.type === 'tool' && part.callId === tool.callId ? tool : part)),
    toolCalls: state.toolCalls.map((known) => (known.callId === tool.callId ? tool : known)),
  };
};

/** A call whose arguments are complete; the text that was streamed of them is kept. */
export const toToolPart = (call: ToolCall, known?: ToolPart): ToolPart => ({
  type: 'tool',
  callId: call.callId,
  name: call.name,
  argumentsText: known?.argumentsText || (JSON.stringify(call.arguments) ?? ''),
  arguments: call.arguments,
  builtIn: call.builtIn,
  state: call.result === null ? 'ready' : 'answered',
  ...(call.result !== null && { output: call.result }),
  signature: call.signature,
});

/** The state with the results of tool calls of the client, which no event of its own tells. */
export const withToolResults = (
  state: GenerationSnapshot,
  results: readonly {
    readonly callId: string;
    readonly output: unknown;
    readonly isError?: boolean | null | undefined;
  }[],
): GenerationSnapshot =>
  results.reduce((folded, { callId, output, isError }) => {
    const known = findCall(folded, callId);
    if (known === undefined || known.state === 'answered') return folded;
    return putTool(folded, { ...known, state: 'answered', output, isError: isError ?? false });
  }, state);
