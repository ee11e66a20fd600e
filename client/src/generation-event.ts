import type { EventFieldsFragment } from './generated/operations.ts';

/** One step of a generation, told apart by `__typename`. */
export type GenerationEvent = EventFieldsFragment;

export type TerminalEvent = Extract<
  GenerationEvent,
  { readonly __typename: 'GenerationCompleted' | 'GenerationCancelled' | 'GenerationFailed' }
>;

/** Whether an event is the last one of its generation. */
export const isTerminalEvent = (event: GenerationEvent): event is TerminalEvent =>
  event.__typename === 'GenerationCompleted' ||
  event.__typename === 'GenerationCancelled' ||
  event.__typename === 'GenerationFailed';
