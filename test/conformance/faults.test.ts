import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiType } from '../../src/core/model-config.ts';
import {
  hasRecordings,
  openRecordings,
  type Raw,
  type Recordings,
  type Replay,
  type ReplayOptions,
} from '../support/upstream/replay.ts';
import { ask, startRecordedApp } from './ask.ts';
import { type Answer, outcomeOf } from './outcome.ts';
import { ASKED } from './recordings.ts';

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

const BREAKS: readonly (readonly ['truncate' | 'end' | 'garble' | 'stall', Place, Failure])[] = [
  ['truncate', 'at once', failure('STREAM_TRUNCATED', true)],
  ['truncate', 'in the text', failure('STREAM_TRUNCATED', true)],
  ['end', 'at once', failure('STREAM_TRUNCATED', true)],
  ['end', 'in the text', failure('STREAM_TRUNCATED', true)],
  ['garble', 'at once', failure('PROVIDER_FAILED', true)],
  ['garble', 'in the text', failure('PROVIDER_FAILED', true)],
  ['stall', 'at once', failure('STREAM_STALLED', true)],
  ['stall', 'in the text', failure('STREAM_STALLED', true)],
];

/** What the vendor says is the same in any place: of three it is that it is overloaded. */
const STREAM_ERRORS: Readonly<Record<string, Failure>> = {
  anthropic: failure('PROVIDER_OVERLOADED', true),
  gemini: failure('PROVIDER_OVERLOADED', true),
};

const STATUSES: readonly (readonly [number, Failure])[] = [
  [400, failure('PROVIDER_REJECTED', false)],
  [401, failure('PROVIDER_AUTHENTICATION', false)],
  [404, failure('PROVIDER_REJECTED', false)],
  [413, failure('PROVIDER_REJECTED', false)],
  [429, failure('PROVIDER_RATE_LIMITED', true)],
  [500, failure('PROVIDER_FAILED', true)],
  [503, failure('PROVIDER_OVERLOADED', true)],
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

describe.skipIf(!hasRecordings)('faults of a vendor (skipped where the recordings are absent)', () => {
  let recordings: Recordings;
  let replay: Replay;
  beforeAll(async () => {
    recordings = await openRecordings();
    replay = await recordings.start();
  });
  afterAll(() => replay?.close());

  test.each([
    'openai/openai-text.json',
    'openai/chat_with_schema_with_openai_gpt-5-nano_accepts_a_json_schema_and_returns_structured_output.yml',
    'anthropic/anthropic-claude-opus-5-reasoning-high.1.json',
  ])('%s where a stream was asked for is a failure, and what it says is in no log', async (file) => {
    const recording = ASKED.find((asked) => asked.file === file);
    if (recording === undefined) throw new Error('no such recording');
    const [exchange] = await recordings.exchanges(file);
    const body = JSON.stringify(exchange?.payloads);
    await using app = await startRecordedApp(recording, replay.url(file));
    for (const way of ['websocket', 'sse', 'mutation'] as const)
      expectFailure(
        await ask(app, way, 'streamed'),
        failure('PROVIDER_FAILED', true, { providerStatus: 200 }),
        '',
      );
    const logged = JSON.stringify(app.logLines.map(({ fields }) => fields['vendorMessage']));
    const words = [...new Set(body.match(/[A-Za-z]{12,}/g))];
    expect(words.length).toBeGreaterThan(3);
    expect(words.filter((word) => logged.includes(word))).toEqual([]);
  });

  describe.each(RECORDINGS)('$file', (recording) => {
    const { file, provider, apiType } = recording;

    /** How many events come before the fault, and the text in them. */
    const cutAt = async (place: Place): Promise<readonly [number, string]> => {
      if (place === 'at once') return [0, ''];
      const [exchange] = await recordings.exchanges(file);
      const texts = (exchange?.payloads ?? []).map((payload) => textOf(apiType, payload));
      const written = [...texts.keys()].filter((index) => texts[index] !== '');
      const events = (written[Math.floor((written.length - 1) / 2)] ?? 0) + 1;
      return [events, texts.slice(0, events).join('')];
    };

    const askEveryWay = async (
      options: ReplayOptions,
      idleTimeoutMs?: number,
    ): Promise<readonly Answer[]> => {
      await using app = await startRecordedApp(recording, replay.url(file, options), idleTimeoutMs);
      return await Promise.all(
        (['websocket', 'sse', 'mutation'] as const).map((way) => ask(app, way, 'streamed')),
      );
    };

    test.each(BREAKS)(
      '%s %s is a failure of its own, and keeps the text before it',
      async (fault, place, expected) => {
        const [events, text] = await cutAt(place);
        if (place === 'in the text') expect(text).not.toBe('');
        for (const answer of await askEveryWay({ [fault]: events }, fault === 'stall' ? 500 : undefined))
          expectFailure(
            answer,
            { code: expected.code, retryable: expected.retryable, retryAfterMs: null },
            text,
          );
      },
    );

    test.each(['at once', 'in the text'] as const)(
      'an error in the stream, %s, is the vendor’s',
      async (place) => {
        const [events, text] = await cutAt(place);
        const { code, retryable } = STREAM_ERRORS[provider] ?? failure('PROVIDER_FAILED', true);
        for (const answer of await askEveryWay({ error: events }))
          expectFailure(answer, { code, retryable, provider }, text);
      },
    );

    test.each(STATUSES)('HTTP %i is typed, streamed or whole', async (status, expected) => {
      const options = { status, ...(status === 429 && { retryafter: 7 }) };
      const error = {
        ...expected,
        provider,
        providerStatus: status,
        retryAfterMs: status === 429 ? 7_000 : null,
      };
      for (const answer of await askEveryWay(options)) expectFailure(answer, error, '');
      await using app = await startRecordedApp(recording, replay.url(file, options));
      for (const way of ['mutation', 'sse'] as const) expectFailure(await ask(app, way, 'whole'), error, '');
    });

    test('HTTP 429 that does not say how long to wait says so', async () => {
      for (const answer of await askEveryWay({ status: 429 }))
        expectFailure(answer, failure('PROVIDER_RATE_LIMITED', true, { providerStatus: 429 }), '');
    });
  });
});
