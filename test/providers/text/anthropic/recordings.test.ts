import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../../support/upstream/provider-error.ts';
import {
  hasRecordings,
  openRecordings,
  type Recordings,
  type Replay,
  type ReplayOptions,
} from '../../../support/upstream/replay.ts';
import { connectTo, never, requestOf, toWholeMessage } from './anthropic-harness.ts';
import { toComparable, toExpected, toTurns } from './oracle.ts';

const FILES = [
  'anthropic-text.chunks.txt',
  'anthropic-tool-no-args.chunks.txt',
  'anthropic-web-search-tool.1.chunks.txt',
  'anthropic-json-output-format.1.chunks.txt',
  'anthropic-message-delta-input-tokens.chunks.txt',
  'anthropic-claude-opus-5-reasoning-high.1.json',
  'chat_with_extended_thinking_anthropic_claude-haiku-4-5_streams_thinking_content_when_available.yml',
  'chat_function_calling_anthropic_claude-haiku-4-5_can_use_tools_with_multi-turn_streaming_conversations.yml',
  'chat_citations_with_anthropic_claude-haiku-4-5_streams_citations.yml',
  'chat_prompt_cache_round-trip_anthropic_claude-haiku-4-5_writes_then_reads_the_prompt_cache.yml',
  'chat_web_search_with_anthropic_claude-haiku-4-5_streams_search_turns_and_reconstructs_them.yml',
  'test_anthropic_model_thinking_part_redacted_stream.yaml',
  'test_pause_turn_web_search_streaming_vcr.yaml',
];

const ERRORS = [
  [
    'chat_error_handling_with_anthropic_claude-haiku-4-5_raises_appropriate_auth_error.yml',
    'PROVIDER_AUTHENTICATION',
    401,
    'invalid x-api-key',
  ],
  [
    'chat_real_error_scenarios_anthropic_claude-haiku-4-5_handles_context_length_exceeded_errors.yml',
    'CONTEXT_LENGTH_EXCEEDED',
    400,
    'prompt is too long',
  ],
] as const;

describe.skipIf(!hasRecordings)('recordings of Anthropic (skipped where they are absent)', () => {
  let recordings: Recordings;
  let replay: Replay;
  beforeAll(async () => {
    recordings = await openRecordings();
    replay = await recordings.start();
  });
  afterAll(() => replay?.close());

  const play = (file: string, options?: ReplayOptions, idleTimeoutMs = 60_000) =>
    connectTo(replay.url(`anthropic/${file}`, options), { idleTimeoutMs }).provider;

  describe.each([
    ['whole', {}],
    ['byte by byte', { split: 1 }],
  ] as const)('%s', (_, options) => {
    test.each(FILES)('%s gives what it holds', async (file) => {
      const provider = play(file, options);
      const turns = toTurns(await recordings.exchanges(`anthropic/${file}`));
      expect(turns.length).toBeGreaterThan(0);
      for (const turn of turns) {
        const result = turn[0]?.streamed
          ? await collect(provider.stream(requestOf(), { signal: never }))
          : await provider.generate(requestOf(), { signal: never });
        expect(toComparable(result)).toEqual(toExpected(turn));
      }
    });

    test.each(ERRORS)('%s is %s', async (file, code, providerStatus, words) => {
      const provider = play(file, options);
      const errors = [
        await providerErrorOf(collect(provider.stream(requestOf(), { signal: never }))),
        await providerErrorOf(provider.generate(requestOf(), { signal: never })),
      ];
      for (const error of errors) {
        expect(error).toMatchObject({ code, providerStatus, requestId: expect.any(String) });
        expect(error.vendorMessage).toContain(words);
      }
    });
  });

  test('a recorded pause is gone on with by sending back what was recorded', async () => {
    const file = 'anthropic/test_pause_turn_web_search_streaming_vcr.yaml';
    const sent = replay.log.length;
    const { provider } = connectTo(replay.url(file, { crlf: 0 }));
    await collect(provider.stream(requestOf(), { signal: never }));
    const bodies = replay.log.slice(sent).map(({ body }) => JSON.parse(body));
    const [first] = await recordings.exchanges(file);
    const { content } = toWholeMessage(first?.payloads ?? []) as { content: Anthropic.ContentBlock[] };
    expect(bodies).toHaveLength(2);
    const back = bodies[1].messages.at(-1).content as Anthropic.ContentBlock[];
    expect(back.map(({ type }) => type)).toEqual(content.map(({ type }) => type));
    expect(back.filter(({ type }) => type !== 'text')).toEqual(content.filter(({ type }) => type !== 'text'));
  });

  const FAULTS: readonly (readonly [string, ReplayOptions, string])[] = [
    ['a socket lost before the first event', { truncate: 0 }, 'STREAM_TRUNCATED'],
    ['a socket lost in the middle', { truncate: 20 }, 'STREAM_TRUNCATED'],
    ['a clean end before the first event', { end: 0 }, 'STREAM_TRUNCATED'],
    ['a clean end in the middle', { end: 20 }, 'STREAM_TRUNCATED'],
    ['a garbled frame', { garble: 20 }, 'PROVIDER_FAILED'],
    ['an error in the middle', { error: 20 }, 'PROVIDER_OVERLOADED'],
    ['silence before the first event', { stall: 0 }, 'STREAM_STALLED'],
    ['silence in the middle', { stall: 20 }, 'STREAM_STALLED'],
    ['HTTP 400', { status: 400 }, 'PROVIDER_REJECTED'],
    ['HTTP 401', { status: 401 }, 'PROVIDER_AUTHENTICATION'],
    ['HTTP 404', { status: 404 }, 'PROVIDER_REJECTED'],
    ['HTTP 413', { status: 413 }, 'PROVIDER_REJECTED'],
    ['HTTP 429', { status: 429, retryafter: 7 }, 'PROVIDER_RATE_LIMITED'],
    ['HTTP 500', { status: 500 }, 'PROVIDER_FAILED'],
    ['HTTP 529', { status: 529 }, 'PROVIDER_OVERLOADED'],
  ];
  const FAULTY = 'anthropic-web-search-tool.1.chunks.txt';

  test.each(FAULTS)('%s (%j) is %s', async (_, options, code) => {
    const provider = play(FAULTY, options, 'stall' in options ? 200 : 60_000);
    const error = await providerErrorOf(collect(provider.stream(requestOf(), { signal: never })));
    expect([error.code, error.retryAfterMs, error.providerStatus]).toEqual([
      code,
      'retryafter' in options ? 7000 : null,
      options.status ?? (code === 'STREAM_STALLED' ? 200 : null),
    ]);
  });

  test.each(FAULTS.filter(([, options]) => 'status' in options))(
    '%s (%j) is %s for a waiting call as well',
    async (_, options, code) => {
      const generating = play(FAULTY, options).generate(requestOf(), { signal: never });
      expect(await providerErrorOf(generating)).toMatchObject({ code, providerStatus: options.status });
    },
  );

  test('CRLF line ends change nothing', async () => {
    const [plain, crlf] = await Promise.all(
      ([{}, { crlf: 1 }] as const).map((options) =>
        collect(play(FAULTY, options).stream(requestOf(), { signal: never })),
      ),
    );
    expect(crlf).toEqual(plain);
  });
});
