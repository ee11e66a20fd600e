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
  ['space before text', ' \n\n Good <day', '', ' \n\n Good <day'],
  ['space alone', ' \n\n ', '', ' \n\n '],
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

  it.each([
    ['reasoning', 'Hm, let me see</think>\n\nHello', 'Hm, let me see', 'Hello'],
    ['nothing', '</think>Hello', '', 'Hello'],
    ['Magistral’s tag', 'Hm.[/THINK]Hello', 'Hm.', 'Hello'],
    ['a second closing tag', 'a</think>b</think>c', 'a', 'b</think>c'],
    ['tags of two kinds', '[THINK]a</think>b[/THINK]c', 'a</think>b', 'c'],
  ])('is what comes before a closing tag alone: %s', async (_case, whole, reasoning, text) => {
    expect(await separate(whole)).toEqual({ reasoning, text });
    expect(await separate(...whole.split(''))).toEqual({ reasoning, text });
  });

  it('is told as it comes where the chat template has opened it', async () => {
    async function* source(): AsyncGenerator<StreamEvent> {
      yield { type: 'text-delta', text: '\nHm, ' };
      yield { type: 'text-delta', text: 'let me</th' };
      yield { type: 'text-delta', text: 'ink> Hello' };
    }
    expect(await toArray(separateReasoning(source(), 'opened'))).toEqual([
      { type: 'reasoning-delta', text: 'Hm, ' },
      { type: 'reasoning-delta', text: 'let me' },
      { type: 'text-delta', text: 'Hello' },
    ]);
    expect(await toArray(separateReasoning(textsOf('<think>', 'Hm.', '</think>', 'Hi'), 'opened'))).toEqual([
      { type: 'reasoning-delta', text: 'Hm.' },
      { type: 'text-delta', text: 'Hi' },
      FINISH,
    ]);
  });

  it('does not hold a text back once the server has told reasoning apart by itself, or called a tool', async () => {
    const call = { type: 'tool-call-delta', callId: 'a', name: 'f', argumentsDelta: '{}' } as const;
    async function* source(first: StreamEvent): AsyncGenerator<StreamEvent> {
      yield { type: 'text-delta', text: 'Well. ' };
      yield first;
      yield { type: 'text-delta', text: 'Hello</think>' };
    }
    for (const event of [call, { type: 'reasoning-delta', text: 'Hm.' } as const])
      expect(await toArray(separateReasoning(source(event)))).toEqual([
        { type: 'text-delta', text: 'Well. ' },
        event,
        { type: 'text-delta', text: 'Hello</think>' },
      ]);
  });

  it('is given as text what was held when the source fails', async () => {
    async function* source(): AsyncGenerator<StreamEvent> {
      yield { type: 'text-delta', text: 'Hello' };
      throw new Error('cut');
    }
    const seen: StreamEvent[] = [];
    const reading = (async () => {
      for await (const event of separateReasoning(source())) seen.push(event);
    })();
    await expect(reading).rejects.toThrow('cut');
    expect(seen).toEqual([{ type: 'text-delta', text: 'Hello' }]);
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
