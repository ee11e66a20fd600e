import type { GenerationEvent } from './generation-event.ts';
import type { Generation } from './generation.ts';

/**
 * A generation as it stands after some more events of its log, given as it stood before them. Pure. Events of the log
 * carry all that changes but the times, `firstDeltaMs`, `output` with its violations and ended turns, which the record
 * of a later status brings.
 */
export const foldEvents = (before: Generation, events: readonly GenerationEvent[]): Generation => {
  let state = before;
  const text = [before.text];
  const reasoning = before.reasoning === null ? [] : [before.reasoning];
  const toolCalls = [...before.toolCalls];
  const citations = [...before.citations];
  const warnings = [...before.warnings];
  for (const event of events) {
    state = { ...state, lastSequence: event.sequence };
    switch (event.type) {
      case 'GenerationStarted':
        state = { ...state, resolution: event.resolution };
        break;
      case 'TextDelta':
        text.push(event.text);
        break;
      case 'ReasoningDelta':
        reasoning.push(event.text);
        break;
      case 'ToolCallDelta':
      case 'OutputUpdated':
        break;
      case 'ToolCallReady':
        toolCalls.push(event.toolCall);
        break;
      case 'CitationAdded':
        citations.push(event.citation);
        break;
      case 'UsageUpdated':
        state = { ...state, usage: event.usage, cost: event.cost };
        break;
      case 'WarningRaised':
        warnings.push(event.warning);
        break;
      case 'ActionRequired':
        state = { ...state, status: 'requires-action', finishReason: 'tool-calls' };
        break;
      case 'GenerationSnapshot':
      case 'GenerationCompleted':
      case 'GenerationCancelled':
      case 'GenerationFailed':
        return { ...event.generation, lastSequence: event.sequence };
      default:
        event satisfies never;
    }
    if (state.status === 'requires-action' && event.type !== 'ActionRequired')
      state = { ...state, status: 'running', finishReason: null };
  }
  const said = { text: text.join(''), reasoning: reasoning.length === 0 ? null : reasoning.join('') };
  return { ...state, ...said, toolCalls, citations, warnings };
};
