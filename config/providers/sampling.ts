import type { SamplingSupport } from '../../src/core/model-config.ts';

/** For APIs that take no sampling setting at all. */
export const NO_SAMPLING = {
  topP: null,
  topK: null,
  stopSequences: null,
  seed: false,
  presencePenalty: null,
  frequencyPenalty: null,
} as const satisfies SamplingSupport;
