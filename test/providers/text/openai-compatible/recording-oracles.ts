import type { GenerationResult } from '../../../../src/core/generation.ts';
import type { Exchange, Raw } from '../../../support/upstream/replay.ts';

/** What has to come of a recorded turn, worked out of its raw payloads without the code under test. */
export interface Expected extends Pick<GenerationResult, 'text' | 'reasoning' | 'finishReason'> {
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

/** Of a chat completion, whole or streamed. */
export const chatOracle = ({ payloads, streamed }: Exchange): Expected => {
  const choices: Raw[] = payloads.flatMap((payload) => payload.choices ?? []);
  const deltas: Raw[] = choices.map((choice) => (streamed ? choice.delta : choice.message));
  const calls = new Map<number, [string, string, string]>();
  for (const delta of deltas)
    for (const [position, call] of (delta.tool_calls ?? []).entries()) {
      const index: number = call.index ?? position;
      const known = calls.get(index) ?? [call.id, call.function.name, ''];
      calls.set(index, [known[0], known[1], known[2] + (call.function.arguments ?? '')]);
    }
  const last = payloads.findLast((payload) => payload.usage ?? payload.x_groq?.usage);
  const usage = last?.usage ?? last?.x_groq?.usage;
  const reasoning = deltas.map((delta) => delta.reasoning_content ?? delta.reasoning ?? '').join('');
  const executed = deltas.flatMap((delta) => delta.executed_tools ?? []).filter((tool: Raw) => tool.output);
  return {
    text: deltas.map((delta) => delta.content ?? '').join(''),
    reasoning: reasoning === '' ? null : reasoning,
    finishReason: FINISH_REASONS[choices.findLast((choice) => choice.finish_reason).finish_reason] ?? 'other',
    calls: [...calls.values()].map(([id, name, args]) => [id, name, JSON.parse(args || '{}')]),
    builtInCalls: executed.map((tool: Raw) => JSON.parse(tool.arguments)),
    citations: [],
    usage: [
      usage?.prompt_tokens,
      usage?.completion_tokens,
      usage?.total_tokens,
      usage?.prompt_tokens_details?.cached_tokens,
      usage?.completion_tokens_details?.reasoning_tokens,
    ],
  };
};

/** Of a response, from the whole response in its terminal event alone. */
export const responsesOracle = ({ payloads, streamed }: Exchange): Expected => {
  const { output, usage } = streamed
    ? payloads.find((payload) => payload.type === 'response.completed').response
    : payloads[0];
  const of = (type: string): Raw[] => output.filter((item: Raw) => item.type === type);
  const parts: Raw[] = of('message').flatMap((item) => item.content);
  const calls = of('function_call').map(
    (item) => [item.call_id, item.name, JSON.parse(item.arguments)] as const,
  );
  const reasoning = of('reasoning').flatMap((item) => item.summary.map((part: Raw) => part.text));
  const annotations: Raw[] = parts.flatMap((part) => part.annotations);
  return {
    text: parts.map((part) => part.text).join(''),
    reasoning: reasoning.length === 0 ? null : reasoning.join('\n\n'),
    finishReason: calls.length > 0 ? 'tool-calls' : 'stop',
    calls,
    builtInCalls: of('web_search_call').map((item) => item.action ?? JSON.parse(item.arguments)),
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
