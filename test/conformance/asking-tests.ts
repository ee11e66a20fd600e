import { expect, test } from 'vitest';
import type { ReplayOptions } from '../support/upstream/replay.ts';
import { sendJson, startUpstream } from '../support/upstream/upstream-server.ts';
import { type Asked, ask, startRecordedApp } from './ask.ts';
import { type Answer, addUp, type Outcome, outcomeOf } from './outcome.ts';
import { isAnswered, isCut, type RecordedCase } from './recorded-case.ts';
import type { AskedRecording } from './recordings.ts';
import { toWholeAnswer } from './whole-answer.ts';

/** What both a stream and a waiting call can tell. */
const toCommon = ({ rawFinishReason: _raw, ...outcome }: Outcome): object => outcome;

/** A vendor encrypts its state anew wherever it repeats it. */
const unsigned = (outcome: Outcome): object => ({
  ...toCommon(outcome),
  toolCalls: outcome.toolCalls.map(({ signature, ...call }) => ({ ...call, isSigned: signature !== null })),
});

const answersOf = (asked: readonly Asked[]): readonly Answer[] => asked.map(({ answer }) => answer);

/** The same bytes cut elsewhere, with the other line ends, with the other end mark. */
const framingsOf = ({
  provider,
  apiType,
}: AskedRecording): readonly (readonly ['sse' | 'websocket', ReplayOptions])[] => [
  ['sse', { split: 1 }],
  ['websocket', { split: 3, crlf: provider === 'gemini' ? 0 : 1 }],
  ['sse', { done: apiType === 'chat_completion' ? 0 : 1 }],
];

/** What is expected of a recording that is asked for in other ways: it comes to the same. */
export const testOtherWays = (recorded: RecordedCase): void => {
  const { recording, digests } = recorded;

  test.each(framingsOf(recording))('tells a client over %s the same events (%j)', async (way, options) => {
    const expected = answersOf(await recorded.asked());
    expect(answersOf(await recorded.askAgain(way, options))).toEqual(expected);
  });

  test('comes to the same for a client that waits', async () => {
    const expected = answersOf(await recorded.asked()).map(outcomeOf);
    const waited = answersOf(await recorded.askAgain('mutation'));
    expect(waited.length).toBe(expected.length);
    for (const [index, answer] of waited.entries()) {
      expect(toCommon(outcomeOf(answer))).toEqual(toCommon(expected[index] ?? addUp([])));
      if (answer.type === 'failure') expect(answer.generation.error).toMatchObject(answer.extensions);
    }
  });

  test.skipIf(isCut(recording))('comes to the same when the vendor gives it in one piece', async () => {
    for (const asked of (await recorded.asked()).filter(isAnswered)) {
      if (!asked.exchanges.every(({ streamed }) => streamed)) continue;
      const bodies = asked.exchanges.map(({ payloads }) => toWholeAnswer(recording.apiType, payloads));
      await using upstream = await startUpstream((request) => sendJson(request, bodies.shift()));
      await using app = await startRecordedApp(recording, upstream.origin);
      const whole = await ask(app, 'sse', 'whole');
      expect(unsigned(outcomeOf(whole))).toEqual(unsigned(outcomeOf(asked.answer)));
    }
  });

  const isRefused = digests.some(({ raw }) => typeof raw === 'number' && raw >= 400);
  // Gemini is asked for a stream under another path than for a whole answer: what was recorded of one answers no other.
  test.runIf(isRefused && recording.provider !== 'gemini')(
    'fails in the same way for either form of asking',
    async () => {
      const errorOf = (all: readonly Asked[]): readonly unknown[] =>
        answersOf(all).map((answer) => outcomeOf(answer).error);
      const others = await recorded.askAgain('sse', {}, ({ status, streamed }) =>
        streamed || status >= 400 ? 'streamed' : 'whole',
      );
      expect(errorOf(others)).toEqual(errorOf(await recorded.asked()));
    },
  );
};
