import { isRetryable } from '../../../core/errors.ts';
import type { GenerationEvent, TerminalEvent } from '../../../core/generation-event.ts';
import type { Generation, GenerationError } from '../../../core/generation.ts';
import { toOutline } from '../../../core/to-outline.ts';

/** The event that ends the log of a generation with this final record. */
export const toTerminalEvent = (generation: Generation): TerminalEvent => {
  const place = { generationId: generation.id, sequence: generation.lastSequence, generation };
  if (generation.error !== null) return { ...place, type: 'GenerationFailed', error: generation.error };
  if (generation.status === 'cancelled') return { ...place, type: 'GenerationCancelled' };
  return { ...place, type: 'GenerationCompleted', finishReason: generation.finishReason ?? 'other' };
};

/** Whether its node died, perhaps with events that it had delivered and not stored. */
export const wasInterrupted = ({ error }: Generation): boolean => error?.code === 'GENERATION_INTERRUPTED';

/**
 * The end of a generation for a subscriber that has its events up to a sequence, where the events after it are no longer
 * kept: a snapshot in place of the missing ones, if there are any, then the terminal event. Empty for a subscriber that
 * has the terminal event.
 *
 * Where a node died with events that it had delivered and not stored, a subscriber may be ahead of the stored log: then
 * it gets the terminal event under the number that event has there.
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

const DELETED: GenerationError = {
  code: 'GENERATION_CANCELLED',
  message: 'The generation was deleted.',
  retryable: isRetryable('GENERATION_CANCELLED'),
  retryAfterMs: null,
  provider: null,
  providerStatus: null,
};

/** The event that ends a generation that was deleted, for a subscriber that has its events up to a sequence: no content. */
export const toDeletedEvent = (generation: Generation, after: number): TerminalEvent => {
  const sequence = Math.max(generation.lastSequence, after) + 1;
  return {
    type: 'GenerationFailed',
    generationId: generation.id,
    sequence,
    error: DELETED,
    generation: {
      ...toOutline(generation),
      status: 'failed',
      finishReason: null,
      error: DELETED,
      lastSequence: sequence,
    },
  };
};
