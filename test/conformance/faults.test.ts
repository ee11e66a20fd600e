import { describe, expect, test } from 'vitest';
import type { ApiType } from '../../src/core/model-config.ts';
import { hasRecordings, type Raw, type ReplayOptions } from '../support/upstream/replay.ts';
import { ask, type Form, type RecordedApp, startRecordedApp, type Way } from './ask.ts';
import { type OpenRecordings, openForTests } from './open-recordings.ts';
import { type Answer, outcomeOf } from './outcome.ts';
import { ASKED, type AskedRecording } from './recordings.ts';

/** One streamed text of each API of each provider. */
const FILES = [
  'openai/openai-text.chunks.txt',
  'openai/openai-code-interpreter-tool.1.chunks.txt',
  'anthropic/anthropic-text.chunks.txt',
  'gemini/google-text.chunks.txt',
  'groq/groq-text.chunks.txt',
  'deepseek/deepseek-text.chunks.txt',
  'xai/xai-text-with-reasoning-streaming.1.chunks.txt',
];
const RECORDINGS = ASKED.filter(({ file }) => FILES.includes(file));

interface Failure {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly providerStatus: number | null;
}

const failure = (code: string, retryable: boolean, more: Partial<Failure> = {}): Failure => ({
  code,
  retryable,
  retryAfterMs: null,
  providerStatus: null,
  ...more,
});

/** Where a fault strikes a stream: before its first event, or in the middle of its text. */
type Place = 'at once' | 'in the text';

/** A stream that goes silent had begun with HTTP 200, and says so; of the others nothing more is known. */
const STALLED = failure('STREAM_STALLED', true, { providerStatus: 200 });

const BREAKS: readonly (readonly ['truncate' | 'end' | 'garble' | 'stall', Place, Failure])[] = [
  ['truncate', 'at once', failure('STREAM_TRUNCATED', true)],
  ['truncate', 'in the text', failure('STREAM_TRUNCATED', true)],
  ['end', 'at once', failure('STREAM_TRUNCATED', true)],
  ['end', 'in the text', failure('STREAM_TRUNCATED', true)],
  ['garble', 'at once', failure('PROVIDER_FAILED', true)],
  ['garble', 'in the text', failure('PROVIDER_FAILED', true)],
  ['stall', 'at once', STALLED],
  ['stall', 'in the text', STALLED],
];

/** What the vendor says is the same in any place: of three it is that it is overloaded. */
const STREAM_ERRORS: Readonly<Record<string, Failure>> = {
  anthropic: failure('PROVIDER_OVERLOADED', true),
  gemini: failure('PROVIDER_OVERLOADED', true, { providerStatus: 503 }),
};

const STATUSES: readonly (readonly [number, Failure])[] = [
  [400, failure('PROVIDER_REJECTED', false)],
  [401, failure('PROVIDER_AUTHENTICATION', false)],
  [403, failure('PROVIDER_AUTHENTICATION', false)],
  [404, failure('PROVIDER_REJECTED', false)],
  [413, failure('PROVIDER_REJECTED', false)],
  [429, failure('PROVIDER_RATE_LIMITED', true)],
  [500, failure('PROVIDER_FAILED', true)],
  [503, failure('PROVIDER_OVERLOADED', true)],
  [529, failure('PROVIDER_OVERLOADED', true)],
];

/** The text one payload adds. */
const textOf = (apiType: ApiType, payload: Raw): string => {
  switch (apiType) {
    case 'chat_completion':
      return payload.choices?.[0]?.delta?.content ?? '';
    case 'responses_api':
      return payload.type === 'response.output_text.delta' ? payload.delta : '';
    case 'messages':
      return payload.delta?.type === 'text_delta' ? payload.delta.text : '';
    case 'generate_content':
      return (payload.candidates?.[0]?.content?.parts ?? [])
        .filter((part: Raw) => part.thought !== true)
        .map((part: Raw) => part.text ?? '')
        .join('');
    default:
      throw new Error(`there is no recording by ${apiType}`);
  }
};

const expectFailure = (answer: Answer, expected: object, text: string): void => {
  const outcome = outcomeOf(answer);
  expect(outcome.error).toMatchObject(expected);
  expect(outcome.finishReason).toBeNull();
  expect(outcome.text).toBe(text);
  if (answer.type === 'events') {
    const last = answer.events.at(-1);
    expect(last).toMatchObject({ __typename: 'GenerationFailed', generation: { status: 'FAILED', text } });
    expect(answer.events.map(({ __typename }) => __typename)).not.toContain('GenerationCompleted');
  } else {
    if (answer.type !== 'failure') throw new Error('the waiting call did not fail');
    expect(answer.generation.error).toMatchObject(answer.extensions);
    expect(answer.extensions.code).toBe(outcome.error.code);
    expect(answer.extensions.retryAfterMs ?? null).toBe(outcome.error.retryAfterMs);
  }
};

/** How long a vendor may be silent where its silence is what a test is about. */
const IDLE_MS = 1_000;

/** A recording with faults put into its bytes. */
interface Faulty {
  readonly recording: AskedRecording;
  readonly open: () => OpenRecordings;
}

/** How many events come before the fault, and the text in them. */
const cutAt = async ({ recording, open }: Faulty, place: Place): Promise<readonly [number, string]> => {
  if (place === 'at once') return [0, ''];
  const [exchange] = await open().recordings.exchanges(recording.file);
  const texts = (exchange?.payloads ?? []).map((payload) => textOf(recording.apiType, payload));
  const written = [...texts.keys()].filter((index) => texts[index] !== '');
  const events = (written[Math.floor((written.length - 1) / 2)] ?? 0) + 1;
  const text = texts.slice(0, events).join('');
  expect(text).not.toBe('');
  return [events, text];
};

const WAYS = ['websocket', 'sse', 'mutation'] as const;

/** What clients are told of a fault, in every way; with the server's log of it. */
const askEveryWay = async (
  { recording, open }: Faulty,
  options: ReplayOptions,
  { idleMs, ways = WAYS.map((way) => [way, 'streamed'] as const) }: AskOptions = {},
): Promise<{ readonly answers: readonly Answer[]; readonly app: RecordedApp }> => {
  await using app = await startRecordedApp(recording, open().replay.url(recording.file, options), idleMs);
  const answers = await Promise.all(ways.map(([way, form]) => ask(app, way, form)));
  return { answers, app };
};

interface AskOptions {
  readonly idleMs?: number;
  readonly ways?: readonly (readonly [way: Way, form: Form])[];
}

const testBreaks = (faulty: Faulty): void => {
  test.each(BREAKS)(
    '%s %s is a failure of its own, and keeps the text before it',
    async (fault, place, expected) => {
      const [events, text] = await cutAt(faulty, place);
      const options = fault === 'stall' ? { idleMs: IDLE_MS } : {};
      const { answers } = await askEveryWay(faulty, { [fault]: events }, options);
      for (const answer of answers) expectFailure(answer, expected, text);
    },
  );

  test.each(['at once', 'in the text'] as const)(
    'an error in the stream, %s, is the vendor’s',
    async (place) => {
      const { provider } = faulty.recording;
      const [events, text] = await cutAt(faulty, place);
      const { code, retryable, providerStatus } = STREAM_ERRORS[provider] ?? failure('PROVIDER_FAILED', true);
      const { answers } = await askEveryWay(faulty, { error: events });
      for (const answer of answers)
        expectFailure(
          answer,
          { code, retryable, provider, ...(providerStatus !== null && { providerStatus }) },
          text,
        );
    },
  );
};

const testStatuses = (faulty: Faulty): void => {
  const { provider } = faulty.recording;

  test.each(STATUSES)('HTTP %i is typed, streamed or whole', async (status, expected) => {
    const options = { status, ...(status === 429 && { retryafter: 7 }) };
    const error = {
      ...expected,
      provider,
      providerStatus: status,
      retryAfterMs: status === 429 ? 7_000 : null,
    };
    const whole = ['mutation', 'sse'] as const;
    const { answers, app } = await askEveryWay(faulty, options, {
      ways: [
        ...WAYS.map((way) => [way, 'streamed'] as const),
        ...whole.map((way) => [way, 'whole'] as const),
      ],
    });
    for (const answer of answers) expectFailure(answer, error, '');
    for (const call of app.calls)
      expect(call.error).toMatchObject({ vendorMessage: expect.stringContaining(`replayed ${status}`) });
  });

  test('HTTP 429 that does not say how long to wait says so', async () => {
    const { answers } = await askEveryWay(faulty, { status: 429 });
    for (const answer of answers)
      expectFailure(answer, failure('PROVIDER_RATE_LIMITED', true, { providerStatus: 429 }), '');
  });
};

const MISTAKEN = [
  'openai/openai-text.json',
  'openai/chat_with_schema_with_openai_gpt-5-nano_accepts_a_json_schema_and_returns_structured_output.yml',
  'anthropic/anthropic-claude-opus-5-reasoning-high.1.json',
];

/** A whole answer where a stream was asked for. */
const testMistaken = ({ recording, open }: Faulty): void => {
  test('a whole answer where a stream was asked for is read as what it is, and what it says is in no log', async () => {
    const [exchange] = await open().recordings.exchanges(recording.file);
    const ways = [['mutation', 'whole'], ...WAYS.map((way) => [way, 'streamed'] as const)] as const;
    const { answers, app } = await askEveryWay({ recording, open }, {}, { ways });
    const [whole, ...others] = answers.map(outcomeOf);
    expect(whole?.error).toBeNull();
    for (const other of others) expect(other).toEqual(whole);
    const logged = JSON.stringify(app.logLines.map(({ fields }) => fields['vendorMessage']));
    const words = [...new Set(JSON.stringify(exchange?.payloads).match(/[A-Za-z]{12,}/g))];
    expect(words.length).toBeGreaterThan(3);
    expect(words.filter((word) => logged.includes(word))).toEqual([]);
  });
};

describe.skipIf(!hasRecordings)('faults of a vendor (skipped where the recordings are absent)', () => {
  const open = openForTests();
  const toFaulty = (recording: AskedRecording): Faulty => ({ recording, open });

  // At the same time, since some of them are about waiting.
  describe.concurrent.each(RECORDINGS)('$file', (recording) => {
    testBreaks(toFaulty(recording));
    testStatuses(toFaulty(recording));
  });

  describe.each(ASKED.filter(({ file }) => MISTAKEN.includes(file)))('$file', (recording) => {
    testMistaken(toFaulty(recording));
  });
});
