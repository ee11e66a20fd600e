import { isTerminalStatus } from '../fold-generation.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { Generation } from '../schema-types.ts';

/** The event that a generation stands for where its own events are no longer to be had. */
export const toEvent = (generation: Generation, cursor: string): GenerationEvent => {
  const { id, lastSequence, error, status } = generation;
  const place = { generationId: id, sequence: lastSequence, cursor, generation };
  if (!isTerminalStatus(status)) return { __typename: 'GenerationSnapshot', ...place };
  if (error !== null) return { __typename: 'GenerationFailed', error, ...place };
  if (status === 'CANCELLED') return { __typename: 'GenerationCancelled', ...place };
  return { __typename: 'GenerationCompleted', finishReason: generation.finishReason ?? 'OTHER', ...place };
};
