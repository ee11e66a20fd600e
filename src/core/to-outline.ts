import type { Generation } from './generation.ts';

/**
 * A generation without its content and without what may quote it, messages of warnings and errors among that: who, when,
 * which model, how it ended and what it cost. Pure.
 */
export const toOutline = (generation: Generation): Generation => ({
  ...generation,
  text: '',
  reasoning: null,
  toolCalls: [],
  citations: [],
  output: null,
  outputViolations: [],
  turns: [],
  warnings: [],
  metadata: null,
  error: generation.error && { ...generation.error, message: 'The generation failed.' },
});
