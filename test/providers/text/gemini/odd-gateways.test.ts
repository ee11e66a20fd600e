import { expect, it } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { sendEventStream, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { connect, createRequest, never, toFrames } from './gemini-harness.ts';

const read = async (parts: readonly (object | null)[], finishReason: unknown) => {
  const chunk = { candidates: [{ content: { role: 'model', parts }, finishReason }] };
  await using upstream = await startUpstream((request) => sendEventStream(request, toFrames([chunk])));
  return await collect(connect(upstream.origin).stream(createRequest(), { signal: never() }));
};

it.each([
  ['stop', 'stop'],
  ['FINISH_REASON_STOP', 'stop'],
  ['max_tokens', 'length'],
  ['length', 'length'],
  ['Safety', 'content-filter'],
  ['a word of tomorrow', 'other'],
])('a gateway’s %j for the end means %s', async (word, reason) => {
  expect(await read([{ text: 'Hello' }], word)).toMatchObject({ text: 'Hello', finishReason: reason });
});

it('parts that are null, or nothing, say nothing', async () => {
  const parts = [null, { text: 'Hel' }, {}, { text: 'lo' }];
  expect((await read(parts, 'STOP')).text).toBe('Hello');
});

it('calls with the same id are told apart, and arguments that come as JSON are what it stands for', async () => {
  const call = (args: unknown): object => ({ functionCall: { id: 'x', name: 'get_weather', args } });
  const { toolCalls } = await read([call('{"city":"Paris"}'), call({ city: 'Rome' }), call(null)], 'STOP');
  expect(toolCalls.map((given) => given.arguments)).toEqual([{ city: 'Paris' }, { city: 'Rome' }, {}]);
  expect(new Set(toolCalls.map(({ callId }) => callId)).size).toBe(3);
});
