import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import {
  type Exchange,
  hasRecordings,
  openRecordings,
  type Recordings,
  type Replay,
  type ReplayOptions,
} from '../../../support/upstream/replay.ts';
import { toArray } from '../../../support/to-array.ts';
import { sendJson, startUpstream } from '../../../support/upstream/upstream-server.ts';
import { connect, createConfig, createRequest, drain, never, toWhole } from './gemini-harness.ts';
import { oracle, toComparable } from './oracle.ts';

const TEXT = 'google-text.chunks.txt';

/** Each with the model it was recorded of: a recording is found by its path. */
const FILES: readonly (readonly [string, string])[] = [
  [TEXT, 'gemini-3-pro-preview'],
  ['google-stream-no-args-tool-call.chunks.txt', 'gemini-3-flash-preview'],
  ['google-stream-tool-call-arguments.chunks.txt', 'gemini-3.1-pro-preview'],
  [
    'chat_with_extended_thinking_gemini_gemini-3-flash-preview_streams_thinking_content_when_available.yml',
    'gemini-3-flash-preview',
  ],
  [
    'chat_function_calling_gemini_gemini-2_5-flash_can_use_tools_with_multi-turn_streaming_conversations.yml',
    'gemini-2.5-flash',
  ],
  ['test_google_model_web_search_tool_stream.yaml', 'gemini-2.5-pro'],
  [
    'chat_with_schema_with_gemini_gemini-3-flash-preview_accepts_a_json_schema_and_returns_structured_output.yml',
    'gemini-3-flash-preview',
  ],
  [
    'chat_gemini_token_accounting_correctly_sums_candidatestokencount_and_thoughtstokencount_in_streaming.yml',
    'gemini-2.5-flash',
  ],
  ['test_google_streaming_tool_call_thought_signature.yaml', 'gemini-3-pro-preview'],
];

describe.skipIf(!hasRecordings)('recordings of Gemini (skipped where they are absent)', () => {
  let recordings: Recordings;
  let replay: Replay;
  beforeAll(async () => {
    recordings = await openRecordings();
    replay = await recordings.start();
  });
  afterAll(() => replay.close());

  const answersOf = async (file: string): Promise<Exchange[]> =>
    (await recordings.exchanges(`gemini/${file}`)).filter(({ method }) => method === 'POST');

  describe.each(FILES)('%s', (file, apiModel) => {
    test.each<[string, ReplayOptions]>([
      ['whole', {}],
      ['cut after every byte', { split: 1 }],
      ['with LF', { crlf: 0 }],
    ])('gives what its payloads hold, as it was recorded, %s', async (_, options) => {
      const provider = connect(replay.url(`gemini/${file}`, options), {}, createConfig({ apiModel }));
      const answers = await answersOf(file);
      expect(answers.length).toBeGreaterThan(0);
      for (const { payloads, streamed } of answers) {
        const call = { signal: never() };
        const result = streamed
          ? await collect(provider.stream(createRequest(), call))
          : await provider.generate(createRequest(), call);
        expect(toComparable(result)).toEqual(oracle(payloads));
        expect(new Set(result.toolCalls.map(({ callId }) => callId)).size).toBe(result.toolCalls.length);
      }
    });

    test('gives the same to a waiting call that gets it in one piece', async () => {
      for (const { payloads } of await answersOf(file)) {
        await using upstream = await startUpstream((request) => sendJson(request, toWhole(payloads)));
        const result = await connect(upstream.origin).generate(createRequest(), { signal: never() });
        expect(toComparable(result)).toEqual(oracle(payloads));
      }
    });
  });

  test('usage events lead up to the usage of the end', async () => {
    const provider = connect(replay.url(`gemini/${TEXT}`));
    const events = await toArray(provider.stream(createRequest(), { signal: never() }));
    const totals = events.flatMap((event) => (event.type === 'usage' ? [event.usage.totalTokens] : []));
    const [answer] = await answersOf(TEXT);
    expect(totals).toEqual([
      ...new Set(answer?.payloads.map((payload) => payload.usageMetadata.totalTokenCount)),
    ]);
  });

  test.each([
    [
      'chat_error_handling_with_gemini_gemini-2_5-flash_raises_appropriate_auth_error.yml',
      { code: 'PROVIDER_AUTHENTICATION', providerStatus: 400, retryAfterMs: null },
    ],
    [
      'chat_real_error_scenarios_gemini_gemini-2_5-flash_handles_context_length_exceeded_errors.yml',
      { code: 'PROVIDER_RATE_LIMITED', providerStatus: 429, retryAfterMs: 48_000 },
    ],
  ])('%s ends in a typed error', async (file, error) => {
    const config = createConfig({ apiModel: 'gemini-2.5-flash' });
    const provider = connect(replay.url(`gemini/${file}`), {}, config);
    const [answer] = await answersOf(file);
    expect(await providerErrorOf(provider.generate(createRequest(), { signal: never() }))).toMatchObject({
      ...error,
      vendorMessage: answer?.payloads[0].error.message,
    });
  });

  test.each<[string, ReplayOptions, object]>([
    ['a destroyed socket', { truncate: 2 }, { code: 'STREAM_TRUNCATED' }],
    ['a clean end without a finish reason', { end: 2 }, { code: 'STREAM_TRUNCATED' }],
    ['a garbled event', { garble: 2 }, { code: 'PROVIDER_FAILED' }],
    ['silence', { stall: 2 }, { code: 'STREAM_STALLED' }],
    ['an error event', { error: 2 }, { code: 'PROVIDER_OVERLOADED', providerStatus: 503 }],
  ])('%s in a stream keeps the text before it', async (_, options, error) => {
    const provider = connect(replay.url(`gemini/${TEXT}`, options), { idleTimeoutMs: 1_500 });
    const seen = await drain(provider.stream(createRequest(), { signal: never() }));
    const [answer] = await answersOf(TEXT);
    expect(seen.error).toMatchObject(error);
    expect(seen.events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')).toBe(
      oracle(answer?.payloads ?? []).text,
    );
    expect(seen.events.every(({ type }) => type !== 'finish')).toBe(true);
  });

  test.each<[ReplayOptions, object]>([
    [{ status: 400 }, { code: 'PROVIDER_REJECTED' }],
    [{ status: 403 }, { code: 'PROVIDER_AUTHENTICATION' }],
    [{ status: 404 }, { code: 'PROVIDER_REJECTED' }],
    [
      { status: 429, retryafter: 7 },
      { code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 7000 },
    ],
    [{ status: 500 }, { code: 'PROVIDER_FAILED' }],
    [{ status: 503 }, { code: 'PROVIDER_OVERLOADED' }],
  ])('the answer %o is typed for a stream and a waiting call', async (options, error) => {
    const provider = connect(replay.url(`gemini/${TEXT}`, options));
    const call = { signal: never() };
    const expected = {
      ...error,
      providerStatus: options.status,
      vendorMessage: `replayed ${options.status}`,
    };
    expect(await providerErrorOf(toArray(provider.stream(createRequest(), call)))).toMatchObject(expected);
    expect(await providerErrorOf(provider.generate(createRequest(), call))).toMatchObject(expected);
  });
});
