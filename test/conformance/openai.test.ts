import { expect } from 'vitest';
import type { GenerationResult } from '../../src/core/generation.ts';
import type { Raw } from '../support/upstream/replay.ts';
import type { Asked } from './ask.ts';
import { describeRecordings } from './describe-recordings.ts';
import { openaiOracle } from './openai-oracle.ts';

/** A citation's place in the text is that of the link that the text shows for it. */
const expectCitedLinks = ({ text, citations }: GenerationResult): void => {
  for (const { startIndex, endIndex } of citations)
    expect(text.slice(startIndex ?? 0, endIndex ?? 0)).toMatch(/\(https?:/);
};

const deltasOf = (asked: Asked | undefined, type: string): string =>
  (asked?.exchanges[0]?.payloads ?? [])
    .filter((payload: Raw) => payload.type === type)
    .map((payload: Raw) => payload.delta)
    .join('');

const resultOf = (asked: Asked | undefined): Promise<GenerationResult> => {
  if (asked === undefined) throw new Error('the recording was not asked for');
  return asked.call.result();
};

describeRecordings('openai', {
  oracleOf: (recording) => ({ ...openaiOracle(recording), also: expectCitedLinks }),
  toldRequests: 22,
  own: {
    'openai/openai-phase.1.chunks.txt': {
      'a message in two phases is one text, in the order it came': async ([asked]) => {
        expect((await resultOf(asked)).text).toBe(deltasOf(asked, 'response.output_text.delta'));
      },
    },
    'openai/openai-reasoning-encrypted-content.1.chunks.txt': {
      'several responses in one stream end with the first': async ([asked]) => {
        const { toolCalls, state } = await resultOf(asked);
        expect(toolCalls).toHaveLength(1);
        expect(JSON.parse(toolCalls[0]?.opaque ?? '')).toEqual(state);
        expect(state).toMatchObject([{ type: 'reasoning', encrypted_content: expect.any(String) }]);
      },
    },
    'deepseek/test_deepseek_responses-text_stream-.yaml': {
      'its raw reasoning is read': async ([asked]) => {
        const { text, reasoning, finishReason } = await resultOf(asked);
        expect({ text, reasoning, finishReason }).toEqual({
          text: deltasOf(asked, 'response.output_text.delta'),
          reasoning: deltasOf(asked, 'response.reasoning_text.delta'),
          finishReason: 'stop',
        });
        expect(text).not.toBe('');
        expect(reasoning).not.toBe('');
      },
    },
  },
});
