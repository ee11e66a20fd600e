import { EMPTY_SNAPSHOT, type GenerationSnapshot } from './generation-snapshot.ts';
import { appendText, closeParts, findCall, putTool, toToolPart, withToolResults } from './parts.ts';
import type { Generation } from './schema-types.ts';

const TERMINAL: ReadonlySet<Generation['status']> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

export const isTerminalStatus = (status: Generation['status']): boolean => TERMINAL.has(status);

const passage = (
  state: GenerationSnapshot,
  type: 'text' | 'reasoning',
  text: string | null | undefined,
): GenerationSnapshot => (text == null || text === '' ? state : closeParts(appendText(state, type, text)));

const joinOf = ({ parts }: GenerationSnapshot, type: 'text' | 'reasoning'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

/** What of a text is not among the parts: the turn that is being written. */
const restOf = (whole: string, known: string): string =>
  whole.startsWith(known) ? whole.slice(known.length) : '';

/** The parts of a generation of which no deltas were seen, in the order of its turns. */
const buildParts = (generation: Generation): GenerationSnapshot => {
  let state = EMPTY_SNAPSHOT;
  for (const { assistant } of generation.messages) {
    if (assistant == null) continue;
    for (const { text } of assistant.reasoning) state = passage(state, 'reasoning', text);
    state = passage(state, 'text', assistant.text);
    for (const call of assistant.toolCalls) state = putTool(state, toToolPart(call));
  }
  for (const call of generation.toolCalls)
    if (findCall(state, call.callId) === undefined) state = putTool(state, toToolPart(call));
  const reasoning = generation.reasoning ?? '';
  state = passage(state, 'reasoning', restOf(reasoning, joinOf(state, 'reasoning')));
  const rest = restOf(generation.text, joinOf(state, 'text'));
  return rest === '' ? state : appendText(state, 'text', rest);
};

/** The state that a whole generation of the server stands for. Parts that were folded from its deltas are kept. */
export const foldGeneration = (state: GenerationSnapshot, generation: Generation): GenerationSnapshot => {
  const reasoning = generation.reasoning ?? '';
  const isFolded = state.text === generation.text && state.reasoning === reasoning && state.parts.length > 0;
  const { parts, toolCalls } = isFolded ? state : buildParts(generation);
  const results = generation.messages.flatMap(({ tool }) => tool ?? []);
  const whole = withToolResults(
    {
      ...state,
      parts,
      toolCalls,
      id: generation.id,
      status: generation.status,
      model: generation.model,
      resolution: generation.resolution,
      text: generation.text,
      reasoning,
      citations: generation.citations,
      warnings: generation.warnings,
      usage: generation.usage,
      cost: generation.cost,
      finishReason: generation.finishReason,
      error: generation.error,
    },
    results,
  );
  if (!isTerminalStatus(generation.status)) return whole;
  return { ...closeParts(whole), output: generation.output ?? whole.output };
};
