import { expect, test } from 'vitest';
import { ProviderError } from '../../src/core/errors.ts';
import type { Usage } from '../../src/core/usage.ts';
import type { Raw } from '../support/upstream/replay.ts';
import type { Asked } from './ask.ts';
import { toDigest } from './digest.ts';
import { addUp, outcomeOf, toGenerationResult, toOutcome } from './outcome.ts';
import { isAnswered, isCut, type RecordedCase } from './recorded-case.ts';

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

/** The vendor's own words for a failure, wherever its payload has them. */
const wordsOf = (payload: Raw): string => {
  const error = payload?.error ?? payload?.response?.error;
  return typeof error === 'string' ? error : (error?.message ?? '');
};

/** A failure is a typed one, with the vendor's words for the log. */
const expectFailure = ({ call, exchanges }: Asked): void => {
  const { error } = call;
  if (!(error instanceof ProviderError)) throw new Error('the failure is not typed', { cause: error });
  const words = exchanges.flatMap(({ payloads }) => payloads.map(wordsOf)).filter((text) => text !== '');
  expect(words.length).toBeGreaterThan(0);
  expect(words.some((text) => error.vendorMessage?.includes(text))).toBe(true);
};

/** What the provider reports of its bill is told as cost. */
const withoutBilling = ({ billing: _billing, ...tokens }: Usage): Usage => tokens;

/** A client is told what the provider made of it, and nothing else. */
const expectToldAsRead = async ({ answer, call }: Asked): Promise<void> => {
  const { rawFinishReason, ...told } = toGenerationResult(outcomeOf(answer));
  const { rawFinishReason: raw, ...read } = await call.result();
  const usage = read.usage && withoutBilling(read.usage);
  expect(told).toEqual({ ...read, usage, warnings: [], state: null });
  // The event that asks for the results of tool calls does not tell it.
  if (rawFinishReason !== null) expect(rawFinishReason).toBe(raw);
};

/** What is expected of the first reading of a recording. */
export const testReading = (recorded: RecordedCase): void => {
  const { digests, oracle, recording } = recorded;

  test('gives what was found in it', async () => {
    expect((await recorded.asked()).map(({ answer }) => toDigest(answer))).toEqual(digests);
  });

  test('keeps to the order, the numbers and the sums of a stream', async () => {
    for (const asked of await recorded.asked()) expectLawful(asked);
  });

  test('tells a client what its provider reads, or how it fails', async () => {
    for (const asked of await recorded.asked()) {
      const isFailed = outcomeOf(asked.answer).error !== null;
      expect(isFailed).toBe(!isAnswered(asked));
      if (isFailed) expectFailure(asked);
      else await expectToldAsRead(asked);
    }
  });

  test.skipIf(isCut(recording))('is what its payloads say', async () => {
    for (const asked of (await recorded.asked()).filter(isAnswered)) {
      const result = await asked.call.result();
      expect(oracle.comparable(result)).toEqual(oracle.expected(asked.exchanges));
      oracle.also?.(result);
    }
  });
};
