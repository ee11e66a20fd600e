import { expect, test } from 'vitest';
import type { TranscriptChange } from '../../../../src/server/playground/browser/read-operation-message.ts';
import { applyChange, EMPTY_TRANSCRIPT } from '../../../../src/server/playground/browser/transcript-state.ts';

const fold = (...changes: readonly (readonly [TranscriptChange['kind'], object])[]) =>
  changes
    .map(([kind, event]) => ({ kind, event: event as TranscriptChange['event'] }))
    .reduce(applyChange, EMPTY_TRANSCRIPT);

test('deltas add up, and one that comes again replaces itself', () => {
  const state = fold(
    ['reasoning', { text: 'Hm. ' }],
    ['text', { offset: 0, text: 'Hello ' }],
    ['text', { offset: 6, text: 'there' }],
    ['text', { offset: 0, text: 'Hello ' }],
    ['text', { offset: 6, text: 'you' }],
  );
  expect(state).toMatchObject({ reasoning: 'Hm. ', text: 'Hello you', status: 'running' });
});

test('a call is shown while its arguments come, and waits once its result is asked for', () => {
  const call = { callId: 'a', name: 'get_weather' };
  const growing = fold(
    ['tool-call', { ...call, argumentsDelta: '{"city":' }],
    ['tool-call', { ...call, argumentsDelta: '"Par' }],
  );
  expect([...growing.toolCalls.values()]).toEqual([
    { name: 'get_weather', argumentsText: '{"city":"Par', waits: false },
  ]);
  const waiting = fold(['action-required', { toolCalls: [{ ...call, arguments: { city: 'Paris' } }] }]);
  expect(waiting.status).toBe('waiting');
  expect([...waiting.toolCalls.values()]).toEqual([
    { name: 'get_weather', argumentsText: '{"city":"Paris"}', waits: true },
  ]);
  expect(applyChange(waiting, { kind: 'text', event: { text: '21' } }).status).toBe('running');
});

test('tokens and cost are shown as the last event has them, from wherever they were selected', () => {
  const state = fold(
    ['usage', { usage: { outputTokens: 50 } }],
    [
      'completed',
      {
        finishReason: 'LENGTH',
        generation: {
          usage: { inputTokens: 7, outputTokens: 1_200 },
          cost: { total: 0.0125 },
          firstDeltaMs: 3,
        },
      },
    ],
  );
  expect(state).toMatchObject({ status: 'completed', finishReason: 'LENGTH' });
  expect(state.counts).toEqual({ in: '7', out: '1,200', cost: '$0.0125', 'first delta': '3 ms' });
});

test('a failure says its code and its message, and keeps what came before', () => {
  const state = fold(
    ['text', { text: 'partial' }],
    ['failed', { error: { code: 'STREAM_TRUNCATED', message: 'It broke off.' } }],
  );
  expect(state).toMatchObject({
    status: 'failed',
    text: 'partial',
    failure: 'STREAM_TRUNCATED: It broke off.',
  });
  expect(fold(['failed', {}]).failure).toBe('The generation failed.');
});

test('sources and warnings are kept, each source once', () => {
  const citation = { url: 'https://example.com/', title: 'A page' };
  const state = fold(
    ['citation', { citation }],
    ['citation', { citation }],
    ['warning', { warning: { message: 'Mind this.' } }],
    ['cancelled', {}],
  );
  expect([...state.sources]).toEqual([['https://example.com/', 'A page']]);
  expect(state).toMatchObject({ warnings: ['Mind this.'], status: 'cancelled' });
});
