import { isTerminalEvent, type LoggedEvent } from '../../core/generation-event.ts';
import type { Generation } from '../../core/generation.ts';
import { completeCost } from '../../core/usage.ts';
import { isPlainText } from '../../lib/to-json-string.ts';
import { fromJson } from '../db/from-json.ts';
import { toJson } from '../db/to-json.ts';
import { encodeResolution, withField } from './encode-resolution.ts';

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
    case 'GenerationStarted': {
      const { generationId: _id, sequence: _sequence, resolution, ...own } = event;
      return withField(toJson(own), 'resolution', encodeResolution(resolution));
    }
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

/** An event within a string of JSON. */
const quoteEvent = (event: LoggedEvent): string => {
  const isPlain = (event.type === 'TextDelta' || event.type === 'ReasoningDelta') && isPlainText(event.text);
  return isPlain
    ? `{\\"type\\":\\"${event.type}\\",\\"offset\\":${event.offset},\\"text\\":\\"${event.text}\\"}`
    : JSON.stringify(encodeEvent(event)).slice(1, -1);
};

/**
 * Events that follow each other, as one text, and that as a string of JSON, as it is part of a row: without their places, and the
 * last one without its generation. Escaping the whole text would cost more than making it.
 */
export const quoteEvents = (events: readonly LoggedEvent[]): string => {
  let quoted = '"[';
  for (const event of events) quoted += quoted.length > 2 ? `,${quoteEvent(event)}` : quoteEvent(event);
  return `${quoted}]"`;
};

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
