import type { GenerationResult } from '../../../../src/core/generation.ts';
import type { Exchange, Raw } from '../../../support/upstream/replay.ts';

export type Expected = Pick<GenerationResult, 'text' | 'reasoning' | 'finishReason'> & {
  readonly calls: readonly (readonly [string, string, unknown])[];
  readonly citations: number;
  readonly usage: readonly (number | undefined)[];
};

/** What a chat recording says, added up from its raw payloads. */
export const chatOracle = ({ payloads, streamed }: Exchange): Expected => {
  const choices = payloads.flatMap((payload) => payload.choices ?? []);
  const deltas = choices.map((choice) => (streamed ? choice.delta : choice.message));
  const calls = new Map<number, [string, string, string]>();
  for (const delta of deltas)
    for (const [position, call] of (delta.tool_calls ?? []).entries()) {
      const index: number = call.index ?? position;
      const known = calls.get(index) ?? [call.id, call.function.name, ''];
      calls.set(index, [known[0], known[1], known[2] + (call.function.arguments ?? '')]);
    }
  const usage =
    payloads.findLast((payload) => payload.usage)?.usage ??
    payloads.findLast((payload) => payload.x_groq?.usage)?.x_groq.usage;
  const reasoning = deltas.map((delta) => delta.reasoning ?? delta.reasoning_content ?? '').join('');
  const raw: string = choices.findLast((choice) => choice.finish_reason).finish_reason;
  return {
    text: deltas.map((delta) => delta.content ?? '').join(''),
    reasoning: reasoning || null,
    finishReason: raw === 'tool_calls' ? 'tool-calls' : raw === 'length' ? 'length' : 'stop',
    calls: [...calls.values()].map(([id, name, args]) => [id, name, JSON.parse(args || '{}')]),
    citations: deltas.flatMap((delta) => delta.annotations ?? []).length,
    usage: [
      usage?.prompt_tokens,
      usage?.completion_tokens,
      usage?.prompt_tokens_details?.cached_tokens ?? usage?.prompt_cache_hit_tokens,
      usage?.completion_tokens_details?.reasoning_tokens,
    ],
  };
};

/** What a response recording says, from the whole response in its terminal event alone. */
export const responsesOracle = ({ payloads, streamed }: Exchange): Expected => {
  const { output, usage } = streamed
    ? payloads.find((payload) => payload.type === 'response.completed').response
    : payloads[0];
  const of = (type: string): Raw[] => output.filter((item: Raw) => item.type === type);
  const parts = of('message').flatMap((item) => item.content);
  const calls = of('function_call').map(
    (item) => [item.call_id, item.name, JSON.parse(item.arguments)] as const,
  );
  const reasoning = of('reasoning').flatMap((item) =>
    (item.content?.length > 0 ? item.content : item.summary).map((part: Raw) => part.text),
  );
  return {
    text: parts.map((part) => part.text).join(''),
    reasoning: reasoning.length === 0 ? null : reasoning.join('\n\n'),
    finishReason: calls.length > 0 ? 'tool-calls' : 'stop',
    calls,
    citations: parts.flatMap((part) => part.annotations.filter((note: Raw) => note.type === 'url_citation'))
      .length,
    usage: [
      usage.input_tokens,
      usage.output_tokens,
      usage.input_tokens_details.cached_tokens,
      usage.output_tokens_details.reasoning_tokens,
    ],
  };
};

export const toComparable = (result: GenerationResult): Expected => ({
  text: result.text,
  reasoning: result.reasoning,
  finishReason: result.finishReason,
  calls: result.toolCalls
    .filter((call) => !call.builtIn)
    .map((call) => [call.callId, call.name, call.arguments] as const),
  citations: result.citations.length,
  usage: [
    result.usage?.inputTokens,
    result.usage?.outputTokens,
    result.usage?.cacheReadTokens,
    result.usage?.reasoningTokens,
  ].map((count) => count ?? undefined),
});
