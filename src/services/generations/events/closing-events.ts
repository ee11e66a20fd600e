import type { GenerationEvent, TerminalEvent } from '../../../core/generation-event.ts';
import type { Generation } from '../../../core/generation.ts';

const toTerminalEvent = (generation: Generation): TerminalEvent => {
  const place = { generationId: generation.id, sequence: generation.lastSequence, generation };
  if (generation.error !== null) return { ...place, type: 'GenerationFailed', error: generation.error };
  if (generation.status === 'cancelled') return { ...place, type: 'GenerationCancelled' };
  return { ...place, type: 'GenerationCompleted', finishReason: generation.finishReason ?? 'other' };
};

/** Whether its node died, perhaps with events that it had delivered and not stored. */
export const wasInterrupted = ({ error }: Generation): boolean => error?.code === 'GENERATION_INTERRUPTED';

/**
 * What there is to tell of a generation that has ended to somebody who has followed it up to a sequence, where the events
 * after it are not to be had: a snapshot in their place, if there are any, then the end. Nothing to whoever has seen the end, except where
 * the node that numbered the events died with some that it had delivered and not stored: then a follower may be ahead
 * of the log, and the end is told again under the number it has.
 */
export const toClosingEvents = (generation: Generation, after: number): readonly GenerationEvent[] => {
  const { id, lastSequence } = generation;
  if (after >= lastSequence && !wasInterrupted(generation)) return [];
  if (after === lastSequence - 1) return [toTerminalEvent(generation)];
  return [
    { type: 'GenerationSnapshot', generationId: id, sequence: lastSequence - 1, generation },
    toTerminalEvent(generation),
  ];
};
