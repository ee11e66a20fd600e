import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GenerationResult } from '../../../../src/core/generation.ts';
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
import { connect, createConfig, createRequest, never } from './openai-harness.ts';
import { chatOracle, responsesOracle, toComparable } from './oracle.ts';

const CHAT = [
  'openai-text.chunks.txt',
  'openai-text.json',
  'test_tool_use_basic.yaml',
  'test_tools_streaming_variant_d.yaml',
  'azure-model-router.1.chunks.txt',
  'chat_citations_with_openai_gpt-4o-mini-search-preview_returns_url_citations_when_web_search_is_enabled.yml',
  'test_openai_moderation_stream.yaml',
  'test_run_stream_sync_streams_real_model.yaml',
];
const RESPONSES = [
  'chat_streaming_responses_openai_gpt-5-nano_supports_streaming_responses.yml',
  'test_openai_responses_thinking_part_iter.yaml',
  'openai-reasoning-encrypted-content.1.chunks.txt',
  'test_responses_tool_use_streaming.yaml',
  'openai-web-search-tool.1.chunks.txt',
  'test_openai_include_raw_annotations_streaming.yaml',
  'chat_with_schema_with_openai_gpt-5-nano_accepts_a_json_schema_and_returns_structured_output.yml',
  'openai-code-interpreter-tool.1.chunks.txt',
  'openai-mcp-tool-approval.1.chunks.txt',
  'test_openai_responses_thinking_with_modified_history.yaml',
  'test_background_mode_streaming_starting_after_vcr.yaml',
  'chat_prompt_cache_round-trip_openai_gpt-5_2_reuses_the_prompt_cache_with_a_shared_key.yml',
];
const ERRORS: readonly (readonly [string, 'chat_completion' | 'responses_api', string, number | null])[] = [
  ['test_openai_o1_mini_system_role-developer-.yaml', 'chat_completion', 'PROVIDER_REJECTED', 400],
  ['openai-error.1.chunks.txt', 'responses_api', 'PROVIDER_AUTHENTICATION', null],
  [
    'chat_error_handling_with_openai_gpt-5-nano_raises_appropriate_auth_error.yml',
    'responses_api',
    'PROVIDER_AUTHENTICATION',
    401,
  ],
  [
    'chat_real_error_scenarios_openai_gpt-5-nano_handles_context_length_exceeded_errors.yml',
    'responses_api',
    'CONTEXT_LENGTH_EXCEEDED',
    400,
  ],
];

describe.skipIf(!hasRecordings)('recordings of OpenAI (skipped where they are absent)', () => {
  let recordings: Recordings;
  let replay: Replay;
  beforeAll(async () => {
    recordings = await openRecordings();
    replay = await recordings.start();
  });
  afterAll(() => replay?.close());

  const play = (file: string, apiType: 'chat_completion' | 'responses_api', options?: ReplayOptions) =>
    connect(replay.url(`openai/${file}`, options), createConfig(apiType));

  const run = async (provider: ReturnType<typeof play>, { streamed }: Exchange): Promise<GenerationResult> =>
    streamed
      ? collect(provider.stream(createRequest(), { signal: never() }))
      : provider.generate(createRequest(), { signal: never() });

  describe.each([
    ['whole', {}],
    ['byte by byte', { split: 1 }],
  ] as const)('%s', (_, options) => {
    test.each([
      ...CHAT.map((file) => [file, 'chat_completion'] as const),
      ...RESPONSES.map((file) => [file, 'responses_api'] as const),
    ])('%s gives what it holds', async (file, apiType) => {
      const oracle = apiType === 'chat_completion' ? chatOracle : responsesOracle;
      const provider = play(file, apiType, options);
      const exchanges = (await recordings.exchanges(`openai/${file}`)).filter(
        ({ method }) => method === 'POST',
      );
      expect(exchanges.length).toBeGreaterThan(0);
      for (const exchange of exchanges) {
        if (exchange.status !== 200) {
          const { providerStatus } = await providerErrorOf(run(provider, exchange));
          expect(providerStatus).toBe(exchange.status);
          continue;
        }
        const result = await run(provider, exchange);
        expect(toComparable(result)).toEqual(oracle(exchange));
        for (const { startIndex, endIndex } of result.citations) {
          const cited = result.text.slice(startIndex ?? 0, endIndex ?? 0);
          expect(cited).toMatch(/\(https?:/);
        }
      }
    });

    test.each(ERRORS)('%s over %s is %s', async (file, apiType, code, providerStatus) => {
      const stream = play(file, apiType, options).stream(createRequest(), { signal: never() });
      expect(await providerErrorOf(collect(stream))).toMatchObject({ code, providerStatus });
    });
  });

  test('a message in two phases is one text, in the order it came', async () => {
    const file = 'openai-phase.1.chunks.txt'; // cut by whoever recorded it: its whole response is longer than its deltas
    const [exchange] = await recordings.exchanges(`openai/${file}`);
    const deltas = exchange?.payloads.filter((payload) => payload.type === 'response.output_text.delta');
    const stream = play(file, 'responses_api').stream(createRequest(), { signal: never() });
    expect((await collect(stream)).text).toBe(deltas?.map((payload) => payload.delta).join(''));
  });

  test('several responses in one stream end with the first', async () => {
    const stream = play('openai-reasoning-encrypted-content.1.chunks.txt', 'responses_api').stream(
      createRequest(),
      { signal: never() },
    );
    const { toolCalls, state } = await collect(stream);
    expect(toolCalls).toHaveLength(1);
    expect(JSON.parse(toolCalls[0]?.opaque ?? '')).toEqual(state);
    expect(state).toMatchObject([{ type: 'reasoning', encrypted_content: expect.any(String) }]);
  });

  const FAULTS: readonly (readonly [string, ReplayOptions, string])[] = [
    ['a socket lost before the first event', { truncate: 0 }, 'STREAM_TRUNCATED'],
    ['a socket lost in the middle', { truncate: 20 }, 'STREAM_TRUNCATED'],
    ['a clean end before the first event', { end: 0 }, 'STREAM_TRUNCATED'],
    ['a clean end in the middle', { end: 20 }, 'STREAM_TRUNCATED'],
    ['a garbled frame', { garble: 20 }, 'PROVIDER_FAILED'],
    ['an error in the middle', { error: 20 }, 'PROVIDER_FAILED'],
    ['silence before the first event', { stall: 0 }, 'STREAM_STALLED'],
    ['silence in the middle', { stall: 20 }, 'STREAM_STALLED'],
    ['HTTP 429', { status: 429, retryafter: 7 }, 'PROVIDER_RATE_LIMITED'],
    ['HTTP 500', { status: 500 }, 'PROVIDER_FAILED'],
    ['HTTP 503', { status: 503 }, 'PROVIDER_OVERLOADED'],
  ];

  describe.each([
    ['openai-text.chunks.txt', 'chat_completion'],
    ['openai-web-search-tool.1.chunks.txt', 'responses_api'],
  ] as const)('%s with', (file, apiType) => {
    test.each(FAULTS)('%s (%j) is %s', async (_, options, code) => {
      const provider = connect(replay.url(`openai/${file}`, options), createConfig(apiType), {
        idleTimeoutMs: 'stall' in options ? 1_500 : 60_000,
      });
      const stream = provider.stream(createRequest(), { signal: never() });
      const error = await providerErrorOf(collect(stream));
      expect([error.code, error.retryAfterMs]).toEqual([code, 'retryafter' in options ? 7000 : null]);
    });

    test.each<ReplayOptions>([{ crlf: 1 }, { done: 0 }, { done: 1 }])(
      '%j changes nothing',
      async (options) => {
        const results = await Promise.all(
          [{}, options].map((wire) =>
            collect(play(file, apiType, wire).stream(createRequest(), { signal: never() })),
          ),
        );
        expect(results[1]).toEqual(results[0]);
      },
    );
  });
});
