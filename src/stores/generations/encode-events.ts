import { isTerminalEvent, type LoggedEvent } from '../../core/generation-event.ts';
import type { Generation } from '../../core/generation.ts';
import { completeCost } from '../../core/usage.ts';
import { fromJson } from '../db/from-json.ts';
import { toJson } from '../db/to-json.ts';

type EncodedEvent = Omit<LoggedEvent, 'generationId' | 'sequence'>;

const encodeEvent = (event: LoggedEvent): string => {
  switch (event.type) {
    // Nearly all events are these two, by the thousand each second.
    case 'TextDelta':
    case 'ReasoningDelta':
      return `{"type":"${event.type}","offset":${event.offset},"text":${JSON.stringify(event.text)}}`;
    case 'GenerationCompleted':
    case 'GenerationCancelled':
    case 'GenerationFailed': {
      const { generationId: _id, sequence: _sequence, generation: _generation, ...own } = event;
      return toJson(own);
    }
    case 'GenerationStarted':
    case 'ToolCallDelta':
    case 'ToolCallReady':
    case 'CitationAdded':
    case 'UsageUpdated':
    case 'WarningRaised':
    case 'OutputUpdated':
    case 'ActionRequired': {
      const { generationId: _id, sequence: _sequence, ...own } = event;
      return toJson(own);
    }
  }
};

/** Events that follow each other, as one text: without their places, and the last one without its generation. */
export const encodeEvents = (events: readonly LoggedEvent[]): string =>
  `[${events.map(encodeEvent).join(',')}]`;

/** The events of a block, in order. `final`: the record of the generation, which a terminal event among them carries. */
export const decodeEvents = (
  generationId: string,
  firstSequence: number,
  payload: string,
  final: Generation | null,
): readonly LoggedEvent[] =>
  (fromJson(payload) as EncodedEvent[]).map((encoded, index) => {
    const event = { generationId, sequence: firstSequence + index, ...encoded } as LoggedEvent;
    if (event.type === 'UsageUpdated') return { ...event, cost: completeCost(event.cost) };
    if (!isTerminalEvent(event)) return event;
    if (final === null) throw new TypeError(`the final record of ${generationId} is missing`);
    return { ...event, generation: final };
  });
