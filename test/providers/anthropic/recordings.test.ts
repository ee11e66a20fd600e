import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GenerationResult } from '../../../src/core/generation.ts';
import { collect } from '../../../src/core/stream-event.ts';
import { providerErrorOf } from '../../support/provider-error.ts';
import {
  type Exchange,
  hasRecordings,
  openRecordings,
  type Recordings,
  type Replay,
  type ReplayOptions,
} from '../../support/replay.ts';
import { connectTo, never, requestOf, toWholeMessage } from './anthropic-harness.ts';

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

interface Expected {
  readonly text: string;
  readonly reasoning: string | null;
  readonly finishReason: string;
  readonly calls: readonly unknown[];
  readonly builtInCalls: readonly unknown[];
  /** What is cited, and the text that cites it. */
  readonly citations: readonly (readonly [string, string])[];
  /** Input, output, read from and written to the cache, reasoning. */
  readonly usage: readonly (number | null)[];
  /** Signatures and encrypted reasoning in their order. */
  readonly carried: readonly string[];
}

const FINISH_REASONS: Readonly<Record<string, string>> = { end_turn: 'stop', tool_use: 'tool-calls' };

const sum = (counts: readonly (number | null | undefined)[]): number | null =>
  counts.every((count) => typeof count !== 'number')
    ? null
    : counts.reduce<number>((all, count) => all + (count ?? 0), 0);

/** What a recorded turn says, added up from its raw payloads alone; a paused turn is more than one exchange. */
const toExpected = (exchanges: readonly Exchange[]): Expected => {
  const messages = exchanges.map(
    ({ payloads, streamed }) => (streamed ? toWholeMessage(payloads) : payloads[0]) as Anthropic.Message,
  );
  const blocks = messages.flatMap(({ content }) => content);
  const texts = blocks.filter((block) => block.type === 'text');
  const reasoning = blocks.flatMap((block) =>
    block.type === 'thinking' && block.thinking !== '' ? block.thinking : [],
  );
  const usages = messages.map(({ usage }) => usage);
  return {
    text: texts.map(({ text }) => text).join(''),
    reasoning: reasoning.length === 0 ? null : reasoning.join('\n\n'),
    finishReason: FINISH_REASONS[messages.at(-1)?.stop_reason ?? ''] ?? 'unknown',
    calls: blocks.flatMap((block) =>
      block.type === 'tool_use' ? [[block.id, block.name, block.input]] : [],
    ),
    builtInCalls: blocks.flatMap((block) =>
      block.type === 'server_tool_use'
        ? [[block.id, block.name, block.input, resultUrlsOf(blocks, block.id)]]
        : [],
    ),
    citations: texts.flatMap(({ text, citations }) =>
      (citations ?? []).map((citation) => [citation.cited_text, text] as const),
    ),
    usage: [
      sum(
        usages.flatMap((usage) => [
          usage.input_tokens,
          usage.cache_creation_input_tokens,
          usage.cache_read_input_tokens,
        ]),
      ),
      sum(usages.map((usage) => usage.output_tokens)),
      sum(usages.map((usage) => usage.cache_read_input_tokens)),
      sum(usages.map((usage) => usage.cache_creation_input_tokens)),
      sum(usages.map((usage) => usage.output_tokens_details?.thinking_tokens)),
    ],
    carried: blocks.flatMap((block) =>
      block.type === 'thinking' ? block.signature : block.type === 'redacted_thinking' ? block.data : [],
    ),
  };
};

const resultUrlsOf = (blocks: readonly Anthropic.ContentBlock[], id: string): unknown =>
  blocks.flatMap((block) =>
    block.type === 'web_search_tool_result' && block.tool_use_id === id && Array.isArray(block.content)
      ? block.content.map(({ url }) => url)
      : [],
  );

const toComparable = ({
  text,
  reasoning,
  finishReason,
  toolCalls,
  citations,
  usage,
  state,
}: GenerationResult): Expected => ({
  text,
  reasoning,
  finishReason,
  calls: toolCalls.filter((call) => !call.builtIn).map((call) => [call.callId, call.name, call.arguments]),
  builtInCalls: toolCalls
    .filter((call) => call.builtIn)
    .map((call) => [
      call.callId,
      call.name,
      call.arguments,
      (call.result as readonly { readonly url: string }[]).map(({ url }) => url),
    ]),
  citations: citations.map(({ snippet, startIndex, endIndex }) => [
    snippet ?? '',
    text.slice(startIndex ?? -1, endIndex ?? -1),
  ]),
  usage: [
    usage?.inputTokens ?? null,
    usage?.outputTokens ?? null,
    usage?.cacheReadTokens ?? null,
    usage?.cacheWriteTokens ?? null,
    usage?.reasoningTokens ?? null,
  ],
  carried: ((state ?? []) as readonly Record<string, string>[]).flatMap((block) =>
    block['type'] === 'thinking'
      ? (block['signature'] ?? [])
      : block['type'] === 'redacted_thinking'
        ? (block['data'] ?? [])
        : [],
  ),
});

const isPaused = ({ payloads }: Exchange): boolean =>
  payloads.some((payload) => payload.delta?.stop_reason === 'pause_turn');

/** The exchanges of each turn. */
const toTurns = (exchanges: readonly Exchange[]): readonly (readonly Exchange[])[] => {
  const turns: Exchange[][] = [];
  for (const [index, exchange] of exchanges.entries()) {
    const before = exchanges[index - 1];
    if (before !== undefined && isPaused(before)) turns.at(-1)?.push(exchange);
    else turns.push([exchange]);
  }
  return turns;
};

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
