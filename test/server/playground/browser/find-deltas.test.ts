import { expect, test } from 'vitest';
import { findDeltas } from '../../../../src/server/playground/browser/find-deltas.ts';

const next = (data: unknown): string => JSON.stringify({ id: 'one', type: 'next', payload: { data } });

test('text and reasoning are told apart, whatever the field is called', () => {
  expect(findDeltas(next({ generate: { __typename: 'TextDelta', offset: 3, text: 'a' } }))).toEqual({
    operationId: 'one',
    deltas: [{ kind: 'text', text: 'a' }],
  });
  expect(findDeltas(next({ alias: { __typename: 'ReasoningDelta', text: ' “b”\n' } }))).toEqual({
    operationId: 'one',
    deltas: [{ kind: 'reasoning', text: ' “b”\n' }],
  });
});

test('several deltas in one message keep their order', () => {
  const data = {
    a: { __typename: 'ReasoningDelta', text: '1' },
    b: null,
    c: { __typename: 'GenerationStarted' },
    d: { __typename: 'TextDelta', text: '2' },
  };
  expect(findDeltas(next(data))?.deltas.map(({ text }) => text)).toEqual(['1', '2']);
});

test.each([
  ['a delta without its text', next({ generate: { __typename: 'TextDelta', offset: 3 } })],
  ['a delta without its type', next({ generate: { text: 'TextDelta' } })],
  ['another event that speaks of a delta', next({ generate: { __typename: 'X', text: 'a TextDelta' } })],
  ['a result without data', JSON.stringify({ id: 'one', type: 'next', payload: { errors: ['Delta'] } })],
  ['a result whose data is null', next(null)],
  ['an error', JSON.stringify({ id: 'one', type: 'error', payload: [{ message: 'Delta' }] })],
  ['a ping', JSON.stringify({ type: 'ping', payload: { Delta: 1 } })],
  ['a message that has nothing of it', JSON.stringify({ type: 'connection_ack' })],
])('%s gives nothing', (_case, message) => {
  expect(findDeltas(message)).toBeUndefined();
});
