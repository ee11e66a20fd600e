import type { GenerationResult } from '../../src/core/generation.ts';
import type { Exchange, Raw } from '../support/upstream/replay.ts';
import type { Oracle } from './recorded-case.ts';
import type { AskedRecording } from './recordings.ts';

interface Expected extends Pick<GenerationResult, 'text' | 'reasoning' | 'finishReason'> {
  readonly calls: readonly (readonly [string, string, unknown])[];
  /** The arguments of what the vendor ran itself. */
  readonly builtInCalls: readonly unknown[];
  readonly citations: readonly (string | null)[];
  /** Input, output, both, cached, reasoning. */
  readonly usage: readonly (number | undefined)[];
}

const FINISH_REASONS: Readonly<Record<string, Expected['finishReason']>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
};

const chatCalls = (deltas: readonly Raw[]): Expected['calls'] => {
  const calls = new Map<number, [string, string, string]>();
  for (const delta of deltas)
    for (const [position, call] of (delta.tool_calls ?? []).entries()) {
      const index: number = call.index ?? position;
      const known = calls.get(index) ?? [call.id, call.function.name, ''];
      calls.set(index, [known[0], known[1], known[2] + (call.function.arguments ?? '')]);
    }
  return [...calls.values()].map(([id, name, args]) => [id, name, JSON.parse(args || '{}')]);
};

/** Of a chat completion, whole or streamed, added up from its payloads. */
const chatOracle = ({ payloads, streamed }: Exchange): Expected => {
  const choices: Raw[] = payloads.flatMap((payload) => payload.choices ?? []);
  const deltas: Raw[] = choices.map((choice) => (streamed ? choice.delta : choice.message));
  const last = payloads.findLast((payload) => payload.usage ?? payload.x_groq?.usage);
  const usage = last?.usage ?? last?.x_groq?.usage;
  const reasoning = deltas.map((delta) => delta.reasoning_content ?? delta.reasoning ?? '').join('');
  const executed = deltas.flatMap((delta) => delta.executed_tools ?? []).filter((tool: Raw) => tool.output);
  return {
    text: deltas.map((delta) => delta.content ?? '').join(''),
    reasoning: reasoning === '' ? null : reasoning,
    finishReason: FINISH_REASONS[choices.findLast((choice) => choice.finish_reason).finish_reason] ?? 'other',
    calls: chatCalls(deltas),
    builtInCalls: executed.map((tool: Raw) => JSON.parse(tool.arguments)),
    citations: deltas
      .flatMap((delta) => delta.annotations ?? [])
      .map((annotation: Raw) => annotation.url_citation.url),
    usage: [
      usage?.prompt_tokens,
      usage?.completion_tokens,
      usage?.total_tokens,
      usage?.prompt_tokens_details?.cached_tokens ?? usage?.prompt_cache_hit_tokens,
      usage?.completion_tokens_details?.reasoning_tokens,
    ],
  };
};

/** The arguments of an item that the vendor ran, as the item has them; none of any other. */
const builtInArguments = (item: Raw): readonly unknown[] => {
  if (item.type === 'code_interpreter_call') return [{ code: item.code }];
  return item.type === 'web_search_call' ? [item.action ?? JSON.parse(item.arguments)] : [];
};

/** Of a response, from the whole response in its terminal event alone. */
const responsesOracle = ({ payloads, streamed }: Exchange): Expected => {
  const { output, usage } = streamed
    ? payloads.find((payload) => payload.type === 'response.completed').response
    : payloads[0];
  const of = (type: string): Raw[] => output.filter((item: Raw) => item.type === type);
  const parts: Raw[] = of('message').flatMap((item) => item.content);
  const calls = of('function_call').map(
    (item) => [item.call_id, item.name, JSON.parse(item.arguments)] as const,
  );
  const reasoning = of('reasoning').flatMap((item) =>
    (item.content?.length > 0 ? item.content : item.summary).map((part: Raw) => part.text),
  );
  const annotations: Raw[] = parts.flatMap((part) => part.annotations);
  return {
    text: parts.map((part) => part.text).join(''),
    reasoning: reasoning.length === 0 ? null : reasoning.join('\n\n'),
    finishReason: calls.length > 0 ? 'tool-calls' : 'stop',
    calls,
    builtInCalls: output.flatMap(builtInArguments),
    citations: annotations.filter((note) => note.type === 'url_citation').map((note) => note.url),
    usage: [
      usage.input_tokens,
      usage.output_tokens,
      usage.total_tokens,
      usage.input_tokens_details.cached_tokens,
      usage.output_tokens_details.reasoning_tokens,
    ],
  };
};

const toComparable = (result: GenerationResult): Expected => ({
  text: result.text,
  reasoning: result.reasoning,
  finishReason: result.finishReason,
  calls: result.toolCalls
    .filter((call) => !call.builtIn)
    .map((call) => [call.callId, call.name, call.arguments] as const),
  builtInCalls: result.toolCalls.filter((call) => call.builtIn).map((call) => call.arguments),
  citations: result.citations.map(({ url }) => url),
  usage: [
    result.usage?.inputTokens,
    result.usage?.outputTokens,
    result.usage?.totalTokens,
    result.usage?.cacheReadTokens,
    result.usage?.reasoningTokens,
  ].map((count) => count ?? undefined),
});

/** What recordings of OpenAI's two APIs say, whichever vendor speaks them. */
export const openaiOracle = ({ apiType }: AskedRecording): Oracle => ({
  comparable: toComparable,
  expected: ([exchange, ...others]) => {
    if (exchange === undefined || others.length > 0) throw new Error('one turn is one exchange');
    return apiType === 'chat_completion' ? chatOracle(exchange) : responsesOracle(exchange);
  },
});
