import { describe, expect, it } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { sendEventStream, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { connectTo, never, requestOf, toFrames } from './anthropic-harness.ts';

type Sent = Readonly<Record<string, unknown>> & { readonly type: string };

const read = async (events: readonly Sent[]) => {
  await using upstream = await startUpstream((request) => sendEventStream(request, toFrames(events)));
  const { text, toolCalls, finishReason } = await collect(
    connectTo(upstream.origin).provider.stream(requestOf(), { signal: never }),
  );
  return { text, toolCalls, finishReason };
};

const start: Sent = { type: 'message_start', message: { content: [], usage: { input_tokens: 3 } } };
const begin = (index: number, content_block: object): Sent => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: number, fields: object): Sent => ({
  type: 'content_block_delta',
  index,
  delta: fields,
});
const close = (index: number): Sent => ({ type: 'content_block_stop', index });
const end = (stop_reason: unknown): readonly Sent[] => [
  { type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
];
const text = [
  begin(0, { type: 'text', text: '' }),
  delta(0, { type: 'text_delta', text: 'Hello' }),
  close(0),
];
const call = (index: number, fields: object, json = '{"city":"Paris"}'): readonly Sent[] => [
  begin(index, { type: 'tool_use', name: 'get_weather', input: {}, ...fields }),
  ...(json === '' ? [] : [delta(index, { type: 'input_json_delta', partial_json: json })]),
  close(index),
];

describe('a word of a gateway for the end', () => {
  it.each([
    ['stop', 'stop'],
    ['STOP', 'stop'],
    ['eos', 'stop'],
    ['length', 'length'],
    ['max_output_tokens', 'length'],
    ['content_filter', 'content-filter'],
    ['tool_calls', 'stop'],
    ['a word of tomorrow', 'other'],
  ])('%j after text means %s', async (word, reason) => {
    expect(await read([start, ...text, ...end(word)])).toMatchObject({
      text: 'Hello',
      finishReason: reason,
    });
  });

  it.each(['tool_calls', 'end_turn', 'stop', 'TOOL_USE'])('%j after calls means calls', async (word) => {
    const { finishReason, toolCalls } = await read([start, ...call(0, { id: 'a' }), ...end(word)]);
    expect([finishReason, toolCalls.length]).toEqual(['tool-calls', 1]);
  });
});

it.each([
  ['the same', ['a', 'a']],
  ['no', [undefined, undefined]],
  ['an empty', ['', '']],
])('calls with %s id are told apart', async (_what, [first, second]) => {
  const { toolCalls } = await read([
    start,
    ...call(0, { id: first }),
    ...call(1, { id: second }),
    ...end('tool_use'),
  ]);
  expect(new Set(toolCalls.map(({ callId }) => callId)).size).toBe(2);
});

it.each([
  ['as JSON at the start of the block', call(0, { id: 'a', input: '{"city":"Paris"}' }, '')],
  ['as an object at the start of the block', call(0, { id: 'a', input: { city: 'Paris' } }, '')],
  ['as JSON of JSON', call(0, { id: 'a' }, JSON.stringify('{"city":"Paris"}'))],
])('input that comes %s is what it stands for', async (_what, events) => {
  const { toolCalls } = await read([start, ...events, ...end('tool_use')]);
  expect(toolCalls.map((given) => given.arguments)).toEqual([{ city: 'Paris' }]);
});

it('a text whose deltas have no type is the text', async () => {
  const events = [begin(0, { type: 'text' }), delta(0, { text: 'Hel' }), delta(0, { text: 'lo' }), close(0)];
  expect(await read([start, ...events, ...end('end_turn')])).toMatchObject({ text: 'Hello' });
});
