import type { ProviderKnowledge } from '../../../contract/provider-knowledge.ts';
import type { Cells, Turn } from '../../../contract/turn.ts';

const scripted = (name: string, ends: Turn['ends']): { readonly turns: readonly Turn[] } => ({
  turns: [{ name, payloads: [], whole: {}, ends }],
});

const REASONING = [1, 2, 3, 4]
  .map((step) => `Step ${step} looks at the request from another side.`)
  .join(' ');

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
  image: { cannot: 'it takes text alone' },
  'refusal or block': { cannot: 'no script of it refuses anything' },
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
