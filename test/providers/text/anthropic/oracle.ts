import type Anthropic from '@anthropic-ai/sdk';
import type { GenerationResult } from '../../../../src/core/generation.ts';
import type { Exchange } from '../../../support/upstream/replay.ts';
import { toWholeMessage } from './anthropic-harness.ts';

export interface Expected {
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
export const toExpected = (exchanges: readonly Exchange[]): Expected => {
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

export const toComparable = ({
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
export const toTurns = (exchanges: readonly Exchange[]): readonly (readonly Exchange[])[] => {
  const turns: Exchange[][] = [];
  for (const [index, exchange] of exchanges.entries()) {
    const before = exchanges[index - 1];
    if (before !== undefined && isPaused(before)) turns.at(-1)?.push(exchange);
    else turns.push([exchange]);
  }
  return turns;
};
