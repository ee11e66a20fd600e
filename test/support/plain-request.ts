import type { TextRequest } from '../../src/core/text-request.ts';

/** A request that says hello and leaves everything to the model. */
export const plainRequest = (part: Partial<TextRequest> = {}): TextRequest => ({
  system: null,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
  reasoning: { type: 'provider-default' },
  maxOutputTokens: 1_024,
  temperature: null,
  topP: null,
  topK: null,
  stopSequences: null,
  seed: null,
  presencePenalty: null,
  frequencyPenalty: null,
  verbosity: null,
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  output: { type: 'text' },
  cache: 'provider-default',
  providerOptions: null,
  ...part,
});
