import { expect, test } from 'vitest';
import {
  findStartedOperation,
  readOperationMessage,
} from '../../../../src/server/playground/browser/read-operation-message.ts';

const next = (data: unknown): string => JSON.stringify({ id: 'one', type: 'next', payload: { data } });

const kindsOf = (message: string) => readOperationMessage(message)?.changes.map(({ kind }) => kind);

test('text and reasoning are told apart, whatever the field is called', () => {
  const text = { __typename: 'TextDelta', offset: 3, text: 'a' };
  expect(readOperationMessage(next({ generate: text }))).toEqual({
    operationId: 'one',
    changes: [{ kind: 'text', event: text }],
  });
  const reasoning = { __typename: 'ReasoningDelta', text: ' “b”\n' };
  expect(readOperationMessage(next({ alias: reasoning }))).toEqual({
    operationId: 'one',
    changes: [{ kind: 'reasoning', event: reasoning }],
  });
});

test('several events in one message keep their order', () => {
  const data = {
    a: { __typename: 'ReasoningDelta', text: '1' },
    b: null,
    c: { __typename: 'ActionRequired' },
    d: { __typename: 'GenerationFailed' },
  };
  expect(kindsOf(next(data))).toEqual(['reasoning', 'action-required', 'failed']);
});

test('an error of GraphQL is a failure with its code, as an error message and beside data', () => {
  const errors = [{ message: 'No.', extensions: { code: 'INVALID_REQUEST' } }];
  const failure = { kind: 'failed', event: { error: { message: 'No.', code: 'INVALID_REQUEST' } } };
  for (const message of [
    { id: 'one', type: 'error', payload: errors },
    { id: 'one', type: 'next', payload: { data: null, errors } },
  ])
    expect(readOperationMessage(JSON.stringify(message))?.changes).toEqual([failure]);
});

test.each([
  ['an event without its type', next({ generate: { text: 'TextDelta' } })],
  ['another type that speaks of a delta', next({ generate: { __typename: 'X', text: 'a TextDelta' } })],
  ['errors of another form', JSON.stringify({ id: 'one', type: 'next', payload: { errors: ['Delta'] } })],
  ['a result whose data is null', next(null)],
  ['a ping', JSON.stringify({ type: 'ping', payload: { Delta: 1 } })],
  ['an end', JSON.stringify({ id: 'one', type: 'complete' })],
  ['a message that has nothing of it', JSON.stringify({ type: 'connection_ack' })],
])('%s gives nothing', (_case, message) => {
  expect(readOperationMessage(message)).toBeUndefined();
});

test('an operation begins with its subscribe message', () => {
  const query = 'subscription { x }';
  expect(findStartedOperation(JSON.stringify({ id: 'one', type: 'subscribe', payload: { query } }))).toBe(
    'one',
  );
  expect(findStartedOperation(JSON.stringify({ id: 'one', type: 'complete' }))).toBeUndefined();
  expect(findStartedOperation(JSON.stringify({ type: 'ping', payload: '"subscribe"' }))).toBeUndefined();
});
