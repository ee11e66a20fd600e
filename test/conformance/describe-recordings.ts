import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GenerationResult } from '../../src/core/generation.ts';
import {
  type Exchange,
  hasRecordings,
  openRecordings,
  type Recordings,
  type Replay,
} from '../support/upstream/replay.ts';
import { sendJson, startUpstream } from '../support/upstream/upstream-server.ts';
import { type Asked, ask, askAll, startRecordedApp } from './ask.ts';
import { toDigest } from './digest.ts';
import { readGoldens } from './goldens.ts';
import { type Answer, addUp, type Outcome, outcomeOf, toGenerationResult, toOutcome } from './outcome.ts';
import { ASKED, type AskedRecording } from './recordings.ts';
import { toWholeAnswer } from './whole-answer.ts';

/** What a recorded turn says, worked out of its payloads without the code under test. */
export interface Oracle {
  readonly expected: (exchanges: readonly Exchange[]) => unknown;
  /** A result in the oracle's terms. */
  readonly comparable: (result: GenerationResult) => unknown;
}

/** Whoever recorded it cut it: its end tells of more than its events bring, so that nothing can be compared with it. */
const CUT = ['openai/openai-phase.1.chunks.txt'];

const isAnswered = ({ exchanges }: Asked): boolean =>
  exchanges.every(
    ({ status, payloads }) =>
      status === 200 && !payloads.some(({ error, type }) => error || type === 'error'),
  );

/** What both a stream and a waiting call can tell. */
const toCommon = ({ rawFinishReason: _raw, ...outcome }: Outcome): object => outcome;

/** A vendor encrypts its state anew wherever it repeats it. */
const unsigned = (outcome: Outcome): object => ({
  ...toCommon(outcome),
  toolCalls: outcome.toolCalls.map(({ signature, ...call }) => ({ ...call, isSigned: signature !== null })),
});

const TERMINAL = /^Generation(Completed|Cancelled|Failed)$/;

/** Holds an answer to what is promised of every stream. */
const expectLawful = ({ answer }: Asked): void => {
  if (answer.type !== 'events') throw new Error('no stream');
  const { events } = answer;
  expect(events[0]).toMatchObject({ __typename: 'GenerationStarted', sequence: 1 });
  const last = events.at(-1);
  expect(last?.__typename).toMatch(/^(GenerationCompleted|GenerationFailed|ActionRequired)$/);
  expect(events.slice(0, -1).filter(({ __typename }) => TERMINAL.test(__typename))).toEqual([]);
  const sequences = events.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  const written = { TextDelta: 0, ReasoningDelta: 0 };
  for (const { __typename: type, offset, text } of events) {
    if (type !== 'TextDelta' && type !== 'ReasoningDelta') continue;
    expect(offset).toBe(written[type]);
    expect(text).not.toBe('');
    written[type] += text.length;
  }
  if (last === undefined || last.__typename === 'ActionRequired') return;
  expect(last['generation'].lastSequence).toBe(last.sequence);
  expect(toOutcome(last['generation'])).toEqual(addUp(events));
};

/** The tests every recording of a provider has to pass, asked for through the API. */
export const describeRecordings = (
  provider: string,
  oracleOf: (recording: AskedRecording) => Oracle,
): void => {
  describe.skipIf(!hasRecordings)(`recordings of ${provider} (skipped where they are absent)`, () => {
    const goldens = readGoldens();
    let recordings: Recordings;
    let replay: Replay;
    beforeAll(async () => {
      recordings = await openRecordings();
      replay = await recordings.start();
    });
    afterAll(() => replay?.close());

    const files = ASKED.filter((recording) => recording.provider === provider);
    describe.each(files)('$file', (recording) => {
      const { file } = recording;
      const digests = goldens[file] ?? [];
      let first: Promise<readonly Asked[]> | undefined;
      const askOnce = (): Promise<readonly Asked[]> =>
        (first ??= askAll({ recordings, replay }, recording, 'websocket'));
      const answersOf = async (...given: Parameters<typeof askAll>): Promise<readonly Answer[]> =>
        (await askAll(...given)).map(({ answer }) => answer);

      test('gives what was found in it', async () => {
        expect((await askOnce()).map(({ answer }) => toDigest(answer))).toEqual(digests);
      });

      test('keeps to the order, the numbers and the sums of a stream', async () => {
        for (const asked of await askOnce()) expectLawful(asked);
      });

      test.each([
        ['sse', {}],
        ['websocket', { split: 1 }],
        ['sse', { split: 3 }],
      ] as const)('tells a client over %s the same events (%j)', async (way, options) => {
        const expected = (await askOnce()).map(({ answer }) => answer);
        expect(await answersOf({ recordings, replay }, recording, way, options)).toEqual(expected);
      });

      test('comes to the same for a client that waits', async () => {
        const expected = (await askOnce()).map(({ answer }) => outcomeOf(answer));
        const waited = await askAll({ recordings, replay }, recording, 'mutation');
        expect(waited.length).toBe(expected.length);
        for (const [index, { answer }] of waited.entries()) {
          expect(toCommon(outcomeOf(answer))).toEqual(toCommon(expected[index] ?? addUp([])));
          if (answer.type === 'failure') expect(answer.generation.error).toMatchObject(answer.extensions);
        }
      });

      test.skipIf(CUT.includes(file))('is what its payloads say', async () => {
        const { expected, comparable } = oracleOf(recording);
        for (const asked of await askOnce()) {
          const outcome = outcomeOf(asked.answer);
          expect(outcome.error === null).toBe(isAnswered(asked));
          if (outcome.error === null)
            expect(comparable(toGenerationResult(outcome))).toEqual(expected(asked.exchanges));
        }
      });

      test.skipIf(CUT.includes(file))('comes to the same when the vendor gives it in one piece', async () => {
        for (const asked of await askOnce()) {
          if (!isAnswered(asked) || !asked.exchanges.every(({ streamed }) => streamed)) continue;
          const bodies = asked.exchanges.map(({ payloads }) => toWholeAnswer(recording.apiType, payloads));
          await using upstream = await startUpstream((request) => sendJson(request, bodies.shift()));
          await using app = await startRecordedApp(recording, upstream.origin);
          const whole = await ask(app, 'sse', 'whole');
          expect(unsigned(outcomeOf(whole))).toEqual(unsigned(outcomeOf(asked.answer)));
        }
      });

      const isRefused = digests.some(({ raw }) => typeof raw === 'number' && raw >= 400);
      // Gemini is asked for a stream under another path than for a whole answer: what was recorded of one answers no other.
      test.runIf(isRefused && provider !== 'gemini')(
        'fails in the same way for either form of asking',
        async () => {
          const errorOf = (all: readonly Answer[]): readonly unknown[] =>
            all.map((answer) => outcomeOf(answer).error);
          const expected = errorOf((await askOnce()).map(({ answer }) => answer));
          const others = await answersOf(
            { recordings, replay },
            recording,
            'sse',
            {},
            ({ status, streamed }) => (streamed || status >= 400 ? 'streamed' : 'whole'),
          );
          expect(errorOf(others)).toEqual(expected);
        },
      );
    });
  });
};
