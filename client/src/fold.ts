import { applyOutputChange } from './apply-output-change.ts';
import { foldGeneration } from './fold-generation.ts';
import { EMPTY_SNAPSHOT, type GenerationSnapshot } from './generation-snapshot.ts';
import { type GenerationEvent, isTerminalEvent } from './generation-event.ts';
import { appendText, closeParts, findCall, putTool, toToolPart } from './parts.ts';
import type { ToolCall } from './schema-types.ts';
import { placeEvent } from './place-event.ts';

export { EMPTY_SNAPSHOT, type GenerationSnapshot } from './generation-snapshot.ts';

type Of<Type extends GenerationEvent['__typename']> = Extract<GenerationEvent, { readonly __typename: Type }>;

const running = { status: 'RUNNING' } as const;

const addToolDelta = (
  state: GenerationSnapshot,
  { callId, name, argumentsDelta }: Of<'ToolCallDelta'>,
): GenerationSnapshot => {
  const known = findCall(state, callId);
  return putTool(state, {
    type: 'tool',
    callId,
    name,
    builtIn: false,
    arguments: undefined,
    signature: null,
    ...known,
    argumentsText: (known?.argumentsText ?? '') + argumentsDelta,
    state: 'streaming',
  });
};

const addReadyTool = (state: GenerationSnapshot, call: ToolCall): GenerationSnapshot =>
  putTool(state, toToolPart(call, findCall(state, call.callId)));

/** Calls that only the client can run, those among them that were not told of before. */
const requireAction = (state: GenerationSnapshot, calls: readonly ToolCall[]): GenerationSnapshot => {
  const isNew = ({ callId }: ToolCall): boolean =>
    (findCall(state, callId)?.state ?? 'streaming') === 'streaming';
  return { ...closeParts(calls.filter(isNew).reduce(addReadyTool, state)), status: 'REQUIRES_ACTION' };
};

/** What an event that is no whole generation changes, but for the position. */
const change = (state: GenerationSnapshot, event: GenerationEvent): GenerationSnapshot => {
  switch (event.__typename) {
    case 'GenerationStarted':
      return { ...state, ...running, model: event.model, resolution: event.resolution };
    case 'TextDelta':
      return appendText({ ...state, ...running, text: state.text + event.text }, 'text', event.text);
    case 'ReasoningDelta':
      return appendText(
        { ...state, ...running, reasoning: state.reasoning + event.text },
        'reasoning',
        event.text,
      );
    case 'ToolCallDelta':
      return { ...addToolDelta(state, event), ...running };
    case 'ToolCallReady':
      return { ...addReadyTool(state, event.toolCall), ...running };
    case 'CitationAdded':
      return { ...state, ...running, citations: [...state.citations, event.citation] };
    case 'UsageUpdated':
      return { ...state, usage: event.usage, cost: event.cost };
    case 'WarningRaised': {
      const warned = { ...state, warnings: [...state.warnings, event.warning] };
      // What follows is another answer.
      return event.warning.code === 'OUTPUT_VIOLATES_SCHEMA' ? closeParts(warned) : warned;
    }
    case 'OutputUpdated':
      return { ...state, output: applyOutputChange(state.output, event.path, event) };
    case 'ActionRequired':
      return requireAction(state, event.toolCalls);
    default:
      return state;
  }
};

/**
 * The state after an event. Pure; events that the state has already (after a resumed connection, say) give the same
 * state. Begin with EMPTY_SNAPSHOT.
 */
export const fold = (
  event: GenerationEvent,
  state: GenerationSnapshot = EMPTY_SNAPSHOT,
): GenerationSnapshot => {
  const placed = placeEvent(event, state);
  if (placed === 'repeated') return state;
  const next = placed === 'gap' ? event : placed;
  const position = { id: next.generationId, sequence: next.sequence, cursor: next.cursor };
  if (isTerminalEvent(next) || next.__typename === 'GenerationSnapshot') {
    const folded = foldGeneration(state, next.generation);
    return { ...folded, ...position, generation: isTerminalEvent(next) ? next.generation : undefined };
  }
  return { ...change(state, next), ...position };
};
