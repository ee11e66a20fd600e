import type { GenerationSnapshot } from './generation-snapshot.ts';
import { type GenerationEvent, isTerminalEvent } from './generation-event.ts';

/**
 * An event as it follows a state: itself; without the beginning of its piece where the state has that already; `repeated`
 * where all of it is known; `gap` where a piece of text before it is missing. A terminal event and a snapshot follow
 * whatever there is: after a server has died, they may have a lower sequence than events that it had sent before.
 */
export const placeEvent = (
  event: GenerationEvent,
  { sequence, text, reasoning, generation }: GenerationSnapshot,
): GenerationEvent | 'repeated' | 'gap' => {
  if (generation !== undefined) return 'repeated';
  if (isTerminalEvent(event) || event.__typename === 'GenerationSnapshot') return event;
  if (event.sequence <= sequence) return 'repeated';
  if (event.__typename !== 'TextDelta' && event.__typename !== 'ReasoningDelta') return event;
  const { length } = event.__typename === 'TextDelta' ? text : reasoning;
  if (event.offset > length) return 'gap';
  return event.offset === length
    ? event
    : { ...event, offset: length, text: event.text.slice(length - event.offset) };
};
