import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../../../src/core/stream-event.ts';
import { separateReasoning } from '../../../../../src/providers/text/openai-compatible/chat/separate-reasoning.ts';
import { toArray } from '../../../../support/to-array.ts';

const FINISH: StreamEvent = { type: 'finish', reason: 'stop', rawReason: 'stop', usage: null, state: null };

async function* textsOf(...texts: readonly string[]): AsyncGenerator<StreamEvent> {
  for (const text of texts) yield { type: 'text-delta', text };
  yield FINISH;
}

const separate = async (...texts: readonly string[]) => {
  const events = await toArray(separateReasoning(textsOf(...texts)));
  expect(events.at(-1)).toBe(FINISH);
  expect(events.filter((event) => 'text' in event && event.text === '')).toEqual([]);
  const joined = (type: string): string =>
    events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('');
  return { reasoning: joined('reasoning-delta'), text: joined('text-delta') };
};

const CASES = [
  ['text alone', 'Good day', '', 'Good day'],
  ['reasoning and text', '<think>Hm.</think>Good day', 'Hm.', 'Good day'],
  ['space around the tags', '\n <think>\nHm. \n</think>\n\nGood  day\n', 'Hm. \n', 'Good  day\n'],
  ['reasoning that never ends', '<think>Hm </thi', 'Hm </thi', ''],
  ['nothing between the tags', '<think>\n\n</think>\n\nHi', '', 'Hi'],
  ['tags further on', 'Use <think>x</think>', '', 'Use <think>x</think>'],
  ['tags a second time', '<think>a</think>b<think>c</think>', 'a', 'b<think>c</think>'],
  ['what only begins like a tag', '<thinking>x', '', '<thinking>x'],
  ['the start of a tag alone', ' <thi', '', ' <thi'],
  ['a closing tag begun twice', '<think>a</</think>b', 'a</', 'b'],
  ['nothing', '', '', ''],
] as const;

describe('reasoning between tags', () => {
  it.each(CASES)('is told apart in one piece: %s', async (_case, whole, reasoning, text) => {
    expect(await separate(whole)).toEqual({ reasoning, text });
  });

  it.each(CASES)('is told apart however the text is cut: %s', async (_case, whole, reasoning, text) => {
    expect(await separate(...whole.split(''))).toEqual({ reasoning, text });
    for (let cut = 1; cut < whole.length; cut += 1)
      expect(await separate(whole.slice(0, cut), whole.slice(cut))).toEqual({ reasoning, text });
  });

  it('comes as soon as it is certain, and other events keep their place', async () => {
    const usage = { type: 'reasoning-delta', text: 'Aside.' } as const;
    async function* source(): AsyncGenerator<StreamEvent> {
      yield { type: 'text-delta', text: '<think>one' };
      yield usage;
      yield { type: 'text-delta', text: ' two</' };
      yield { type: 'text-delta', text: 'think>three' };
    }
    expect(await toArray(separateReasoning(source()))).toEqual([
      { type: 'reasoning-delta', text: 'one' },
      usage,
      { type: 'reasoning-delta', text: ' two' },
      { type: 'text-delta', text: 'three' },
    ]);
  });

  it('fails as its source fails, after what was certain', async () => {
    async function* source(): AsyncGenerator<StreamEvent> {
      yield { type: 'text-delta', text: '<think>one' };
      throw new Error('cut');
    }
    const seen: StreamEvent[] = [];
    const reading = (async () => {
      for await (const event of separateReasoning(source())) seen.push(event);
    })();
    await expect(reading).rejects.toThrow('cut');
    expect(seen).toEqual([{ type: 'reasoning-delta', text: 'one' }]);
  });
});
