import { expect } from 'vitest';
import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import type { Cells, Turn } from '../../../contract/turn.ts';

const scripted = (name: string, ends: Turn['ends']): { readonly turns: readonly Turn[] } => ({
  turns: [{ name, payloads: [], whole: {}, ends }],
});

const REASONING = expect.stringMatching(
  /^First, what is being asked\? .* What is scripted should be called scripted\.$/,
);

const CELLS: Cells = {
  text: scripted('a scripted answer', { result: { finishReason: 'stop', reasoning: null, toolCalls: [] } }),
  reasoning: {
    model: 'demo-reasoning',
    ...scripted('scripted reasoning', { result: { finishReason: 'stop', reasoning: REASONING } }),
  },
  tools: {
    model: 'demo-tool',
    ...scripted('a scripted call', {
      result: { finishReason: 'tool-calls', toolCalls: [{ name: 'weather' }] },
    }),
  },
  'parallel tools': { cannot: 'its scripts make one call at a time' },
  JSON: { model: 'demo-json', ...scripted('a scripted document', { result: { finishReason: 'stop' } }) },
  image: {
    model: 'demo-vision',
    ...scripted('an image told by its bytes', {
      result: {
        finishReason: 'stop',
        text: expect.stringContaining('image/png, 1 × 1 pixels (square), 68 bytes'),
      },
    }),
  },
  'refusal or block': {
    model: 'demo-refusal',
    ...scripted('a scripted refusal', {
      result: { finishReason: 'content-filter', text: expect.stringContaining("can't help with that") },
    }),
  },
  'length cut': scripted('an answer cut by the limit', { result: { finishReason: 'length' } }),
  'bad arguments': {
    model: 'demo-bad-arguments',
    ...scripted('arguments that are no JSON', { code: 'PROVIDER_FAILED' }),
  },
};

export const knowledge: ProviderKnowledge = {
  vendor: null,
  apis: { local: { model: 'demo', cells: CELLS } },
};
