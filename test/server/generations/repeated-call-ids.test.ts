import { describe, expect, it } from 'vitest';
import { request } from '../../support/app/app.ts';
import { finishEvent, textDelta } from '../../support/app/toy-provider.ts';
import {
  callOf,
  calls,
  GENERATE,
  ALL,
  input,
  inTurns,
  play,
  resultsFor,
  startCaller,
  submit,
} from './tool-results-harness.ts';

/** The ids of calls and results that the provider was sent in its last turn, in their order. */
const idsSent = (messages: readonly object[]): readonly string[] =>
  messages.flatMap((message) => {
    if ('callId' in message && typeof message.callId === 'string') return [message.callId];
    const parts = 'parts' in message ? (message.parts as readonly { readonly callId?: string }[]) : [];
    return parts.flatMap(({ callId }) => callId ?? []);
  });

describe('ids of calls that a provider uses again in a later turn', () => {
  it.each([
    [['call_0'], ['call_0'], ['call_0', 'call_0_2']],
    [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'b', 'b_2', 'c'],
    ],
    [
      ['x_2', 'x'],
      ['x', 'x_2'],
      ['x_2', 'x', 'x_3', 'x_2_2'],
    ],
  ])(
    'are told apart for the client, and are sent back as they came: %j, then %j',
    async (first, second, told) => {
      await using caller = await startCaller(
        inTurns(calls(...first.map((id) => callOf(id))), calls(...second.map((id) => callOf(id))), [
          textDelta('Done.'),
          finishEvent(),
        ]),
      );
      const { events } = await play(caller.app, 'websocket', input, resultsFor);
      const asked = events.filter(({ __typename }) => __typename === 'ActionRequired');
      const ids = asked.flatMap((event) =>
        (event['toolCalls'] as { callId: string }[]).map(({ callId }) => callId),
      );
      expect(ids).toEqual(told);
      const last = caller.toy.calls.at(-1)?.request.messages ?? [];
      expect(idsSent(last)).toEqual([...first, ...first, ...second, ...second]);
    },
  );
});

it.each(['cut \ud83d', ['\udfff'], { text: { '\ud800': 1 } }])(
  'a result with half of a character is refused, and the generation waits for a whole one: %j',
  async (output) => {
    await using caller = await startCaller(inTurns(calls(callOf('a')), [textDelta('Done.'), finishEvent()]));
    const { data } = await request(caller.app, GENERATE + ALL, { input });
    const { id } = data.generate as { id: string };
    const { errors } = await submit(caller.app, id, [{ callId: 'a', output }]);
    expect(errors).toMatchObject([
      {
        message: 'The result has half of a surrogate pair, a character cut in two.',
        extensions: {
          code: 'INVALID_REQUEST',
          path: ['results', '0', 'output'],
          suggestion: expect.any(String),
        },
      },
    ]);
    const taken = await submit(caller.app, id, [{ callId: 'a', output: 'whole 👀' }]);
    expect(taken.errors).toBeUndefined();
  },
);
