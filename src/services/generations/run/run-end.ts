import type { GenerationError } from '../../../core/generation.ts';
import type { FinishEvent } from '../../../core/stream-event.ts';

/** How a run ends. Without a finish it was stopped for its cost. `invalid`: the answer breaks its schema. */
export type RunEnd =
  | { readonly status: 'completed' | 'invalid'; readonly finish: FinishEvent | null }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: GenerationError };

/** This server closes the connection, and not since the vendor has failed. */
export const isCutByUs = (end: RunEnd): boolean =>
  end.status === 'cancelled' || (end.status === 'failed' && end.error.code === 'GENERATION_INTERRUPTED');

export const isCutShort = (end: RunEnd): boolean =>
  end.status === 'cancelled' || ('finish' in end && end.finish === null);
